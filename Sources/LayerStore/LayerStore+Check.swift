internal import Archive
public import ContentStore
internal import FileSystem
internal import OCI
internal import SystemPackage

extension LayerStore {
    /// What is wrong with unpacked layers.
    ///
    /// - Parameter readsFiles: Whether every file is read: the archive of a layer that was made here is made again from
    ///   its directory and has to have the layer's digest. Of a layer from elsewhere only the record and the files'
    ///   readability can be checked.
    /// - Throws: `StoreError`, `FileSystemError`, `CancellationError`.
    public func check(readsFiles: Bool) throws -> [StoreProblem] {
        let layers = try DirectoryHandle(store.root.appending("layers"))
        var problems: [StoreProblem] = []
        for entry in try layers.sortedEntries() {
            try Task.checkCancellation()
            let name = entry.name.description
            guard let diffID = try? Digest(algorithm: .sha256, hex: name) else {
                problems.append(
                    StoreProblem(
                        .leftover, "\(layers.pathOf(entry.name))", "is no layer: its name is no digest",
                        help: "remove it if nobody wants it"))
                continue
            }
            guard let fault = try fault(of: diffID, entry.name, in: layers, readsFiles: readsFiles) else { continue }
            problems.append(
                StoreProblem(
                    fault.isHarmless ? .leftover : .layer, "\(layers.pathOf(entry.name))", fault.message,
                    help: "slipway doctor --repair removes it, so that it is unpacked or made again",
                    repair: .removeLayer(name)))
        }
        return problems
    }

    private struct Fault {
        var message: String
        var isHarmless = false
    }

    private func fault(
        of diffID: Digest, _ name: FileName, in layers: DirectoryHandle, readsFiles: Bool
    ) throws -> Fault? {
        do {
            let place = LayerPlace(directory: try layers.openDirectory(name))
            guard try place.directory.statusIfExists(of: LayerPlace.treeName)?.kind == .directory else {
                return Fault(message: "is not whole: it has no files")
            }
            guard try place.isWhole() else {
                return Fault(
                    message: "was being written when the machine went down, and counts as absent", isHarmless: true)
            }
            _ = try place.record()
            guard readsFiles else { return nil }
            return try contentFault(of: diffID, place)
        } catch let error as FileSystemError where error.isNotFound {
            // Another process removes it at this moment, or files of it are gone.
            return try layers.statusIfExists(of: name) == nil ? nil : Fault(message: error.description)
        } catch let error as FileSystemError {
            return Fault(message: error.description)
        } catch let error as LayerStoreError {
            return Fault(message: error.message)
        }
    }

    private func contentFault(of diffID: Digest, _ place: LayerPlace) throws -> Fault? {
        var digester = Digester(diffID.algorithm)
        let sink = TeeSink(to: nil) { bytes in unsafe bytes.withUnsafeBytes { unsafe digester.update($0) } }
        let writer = TarWriter(to: sink)
        let archiver = TreeArchiver(
            writer: writer, owners: try place.record().owners, checkpoint: { try Task.checkCancellation() })
        _ = try archiver.write(try place.openTree())
        try writer.finish()
        if digester.finalize() == diffID { return nil }
        // A blob without a level, or not compressed, may be somebody else's archive in another order.
        let mayBeForeign = try store.layerBlobs(diffID).contains { !$0.compression.contains(":") }
        return mayBeForeign ? nil : Fault(message: "was changed: its files do not give the digest of the layer")
    }
}
