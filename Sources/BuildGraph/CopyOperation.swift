public import Dockerfile

/// What `COPY` and `ADD` do.
public struct CopyOperation: Sendable {
    /// One source of the instruction.
    public struct Source: Hashable, Sendable {
        /// Where the files come from.
        public var origin: FileOrigin
        /// The path below the origin's root, with Go `filepath.Match` wildcards.
        public var path: String
        /// With `--parents`: the part of the path that is kept below the destination; nil otherwise.
        public var parentsPattern: String?
        /// Whether an archive is unpacked instead of copied.
        public var unpacks: Bool
        /// Where the source stands in the Dockerfile.
        public var range: SourceRange?

        /// A source of the given parts.
        public init(
            origin: FileOrigin, path: String, parentsPattern: String? = nil, unpacks: Bool = false,
            range: SourceRange? = nil
        ) {
            self.origin = origin
            self.path = path
            self.parentsPattern = parentsPattern
            self.unpacks = unpacks
            self.range = range
        }
    }

    /// In the order of the instruction.
    public var sources: [Source]
    /// Absolute; with a trailing slash where it must be a directory.
    public var destination: String
    /// `user[:group]`, names or numbers, as `--chown` gives it.
    public var owner: String?
    /// Where that stands in the Dockerfile.
    public var ownerRange: SourceRange?
    /// What `--chmod` changes.
    public var mode: ModeChange?
    /// The same as it was written.
    public var modeText: String?
    /// Patterns of `--exclude`.
    public var excludes: [String]
    /// `--link`: the layer does not depend on what stands below.
    public var isLinked: Bool
}

/// What `WORKDIR` does to the file system.
public struct MakeDirectoryOperation: Hashable, Sendable {
    /// Absolute and clean.
    public var path: String
    /// The user that owns the directories it makes; empty for root.
    public var owner: String
}
