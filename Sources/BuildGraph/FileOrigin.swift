public import Dockerfile

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
    case git(GitAddress)
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
