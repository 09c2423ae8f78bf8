public import Dockerfile
public import OCI

/// The position of an operation in its ``BuildGraph``.
public struct OperationID: Hashable, Sendable, Comparable {
    /// Counted from 0.
    public var rawValue: Int

    /// The operation at a position.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The order in which operations stand in the graph.
    public static func < (left: OperationID, right: OperationID) -> Bool { left.rawValue < right.rawValue }
}

/// One thing that a build does. Its result is a file system: the layers of its base and, but for base images, one more.
public struct Operation: Sendable {
    /// What an operation does.
    public enum Kind: Sendable {
        /// Starts from nothing (`FROM scratch`).
        case scratch
        /// Starts from the layers of an image.
        case image(ImageSource, BaseImage)
        /// Runs a process in the file system of the base (`RUN`).
        case run(RunOperation)
        /// Copies files into the file system of the base (`COPY`, `ADD`).
        case copy(CopyOperation)
        /// Makes a directory with its parents (`WORKDIR`).
        case makeDirectory(MakeDirectoryOperation)
    }

    /// Its position in the graph.
    public var id: OperationID
    /// What it does.
    public var kind: Kind
    /// The operation whose file system this one changes; nil for those that start one.
    public var base: OperationID?
    /// How progress names it: `[build 2/5] RUN go build`.
    public var name: String
    /// The stage it stands in, by name or as `stage-N`.
    public var stage: String
    /// The instruction it comes from.
    public var range: SourceRange?
    /// Whether its record in the cache is not to be used (`--no-cache`).
    public var ignoresCache: Bool
    /// The platform of the file system it works on.
    public var platform: Platform

    /// All operations whose results it uses: the base first, then the sources of copies and mounts.
    public var inputs: [OperationID] {
        var inputs = base.map { [$0] } ?? []
        let sources: [FileOrigin]
        switch kind {
        case .scratch, .image, .makeDirectory: sources = []
        case .copy(let copy): sources = copy.sources.map(\.origin)
        case .run(let run): sources = run.mounts.compactMap(\.source)
        }
        for case .operation(let id) in sources where !inputs.contains(id) {
            inputs.append(id)
        }
        return inputs
    }
}
