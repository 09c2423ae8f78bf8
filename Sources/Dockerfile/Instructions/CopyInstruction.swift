/// What `COPY` and `ADD` have in common.
public struct FileTransfer: Sendable, Hashable {
    /// One thing to copy.
    public enum Source: Sendable, Hashable {
        /// A path, a pattern or (for `ADD`) an address; expands.
        case path(Word)
        /// An inline document; becomes a file of its name with mode 0644. Its text expands with `expandRaw` if
        /// `Heredoc.expands`.
        case heredoc(Heredoc)
    }

    /// What to copy, in order; at least one.
    public var sources: [Source]
    /// Where to; expands.
    public var destination: Word
    /// `--chown`; expands. See `Ownership`.
    public var chown: Word?
    /// `--chmod`; expands. See `ModeChange`.
    public var chmod: Word?
    /// `--link`.
    public var link: Bool
    /// The values of `--exclude`; they do not expand. See `IgnorePatterns`.
    public var excludes: [Word]
    /// Whether the operands were given as a JSON array.
    public var isJSONForm: Bool
}

/// `COPY [flags] <source>... <destination>`.
public struct CopyInstruction: Sendable, Hashable {
    /// Sources, destination and the flags shared with `ADD`.
    public var transfer: FileTransfer
    /// `--from`: a stage by name or index, a named context or an image; does not expand.
    public var from: Word?
    /// `--parents`.
    public var parents: Bool
}

/// `ADD [flags] <source>... <destination>`.
public struct AddInstruction: Sendable, Hashable {
    /// Sources, destination and the flags shared with `COPY`.
    public var transfer: FileTransfer
    /// `--checksum`; expands.
    public var checksum: Word?
    /// `--keep-git-dir`, if given.
    public var keepGitDirectory: Bool?
    /// `--unpack`, if given.
    public var unpack: Bool?
}
