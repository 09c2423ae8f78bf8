public import FileSystem
public import SystemPackage

/// What a reference of a repository names at some time.
public struct GitRevision: Hashable, Sendable {
    /// The commit's name, in full. For an annotated tag it is the commit that the tag is of.
    public var commit: String
    /// What the reference names itself: the commit, or an annotated tag. Also the commit where only that is known.
    public var object: String
    /// The reference in full, such as `refs/heads/main`; nil where the address gives a commit.
    public var reference: String?

    /// A revision of the given parts.
    public init(commit: String, object: String, reference: String?) {
        self.commit = commit
        self.object = object
        self.reference = reference
    }

    /// Whether a text is the full name of a commit: 40 or, in repositories with SHA-256, 64 digits.
    static func isCommit(_ text: String) -> Bool { [40, 64].contains(text.utf8.count) && isHexadecimal(text) }

    static func isHexadecimal(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
    }
}

/// Files of a repository in a directory.
public struct GitCheckout: Hashable, Sendable {
    /// The directory that holds what the address names: the one that was asked for, or the subdirectory in it.
    public var root: FilePath
    /// The commit's name, in full.
    public var commit: String
    /// When the commit was made; the times of all files.
    public var time: Timestamp
}
