public import LayerStore
public import OCI

/// Looks through the files of an image for packages.
public struct SBOMScanner: Sendable {
    /// How far a scan has come.
    public enum Progress: Hashable, Sendable {
        /// So many files were seen so far.
        case listing(files: Int)
        /// All files are known; packages are looked for in those that may tell of some.
        case reading(files: Int)
    }

    private let layers: LayerStore

    /// - Parameter layers: where the layers are, unpacked.
    public init(_ layers: LayerStore) { self.layers = layers }

    /// The packages in a stack of unpacked layers, the lowest first, as they show in a container: what an upper layer hides or
    /// removes is not there. The stack may be an image's or that of any stage of a build.
    ///
    /// It reads the names of all files, the first bytes of programs, and otherwise only files that tell of packages.
    ///
    /// - Throws: `LayerStoreError.missingLayer`; `FileSystemError`; `CancellationError`. A damaged file is no error: it is one of
    ///   the bill's problems.
    public func scan(
        _ diffIDs: [Digest], progress: (Progress) -> Void = { _ in }
    ) throws -> BillOfMaterials {
        let tree = try FileTree(try LayerView(layers: diffIDs, store: layers)) { progress(.listing(files: $0)) }
        progress(.reading(files: tree.files.count))
        return try Self.scan(tree)
    }

    static func scan(_ tree: FileTree) throws -> BillOfMaterials {
        let distribution = try Distribution.identify(tree)
        var findings = Findings()
        let catalogers: [(inout Findings) -> Void] = [
            DebianCataloger(tree: tree, distribution: distribution).catalog,
            AlpineCataloger(tree: tree, distribution: distribution).catalog,
            RPMCataloger(tree: tree, distribution: distribution).catalog,
            PythonCataloger(tree: tree).catalog,
            NpmCataloger(tree: tree).catalog,
            BinaryCataloger(tree: tree).catalog,
            JavaCataloger(tree: tree).catalog,
            ComposerCataloger(tree: tree).catalog,
            GemCataloger(tree: tree).catalog,
        ]
        for catalog in catalogers {
            try Task.checkCancellation()
            catalog(&findings)
        }
        return BillOfMaterials(findings, distribution: distribution)
    }
}
