/// Where the files of a `COPY`, `ADD` or mount come from.
public enum FileOrigin: Hashable, Sendable {
    /// The build context, or a named context that is a directory.
    case context(ContextName)
    /// The file system that another operation made.
    case operation(OperationID)
    /// A file whose content stands in the Dockerfile (a heredoc).
    case inline(InlineFile)
    /// A file at an HTTP or HTTPS address, with the digest it has to have.
    case remoteFile(url: String, checksum: String?)
    /// A git repository.
    case git(GitSource)
}

/// A directory that a build reads files from.
public enum ContextName: Hashable, Sendable {
    /// The context given on the command line.
    case main
    /// One given with `--build-context`.
    case named(String)
}

/// A file written out in a heredoc.
public struct InlineFile: Hashable, Sendable {
    /// Its name, the word of the heredoc.
    public var name: String
    /// Its bytes, variables expanded.
    public var content: [UInt8]
    /// Permission bits.
    public var mode: UInt16

    /// A file of the given parts.
    public init(name: String, content: [UInt8], mode: UInt16 = 0o644) {
        self.name = name
        self.content = content
        self.mode = mode
    }
}

/// What to take from a git repository.
public struct GitSource: Hashable, Sendable {
    /// The address as git takes it.
    public var remote: String
    /// Branch, tag or commit; nil for the default branch.
    public var reference: String?
    /// The directory to take, below the root of the repository.
    public var subdirectory: String?
    /// Whether `.git` is copied too.
    public var keepsGitDirectory: Bool
    /// The commit that the reference has to name, or a prefix of it.
    public var checksum: String?
}
