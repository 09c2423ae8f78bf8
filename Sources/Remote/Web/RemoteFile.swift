public import FileSystem
public import OCI

/// A downloaded file: a blob of the store.
public struct RemoteFile: Hashable, Sendable {
    /// The digest of its content, by which the store has it.
    public var digest: Digest
    /// Its size in bytes.
    public var size: Int64
    /// When the server says that it last changed.
    public var lastModified: Timestamp?
    /// The name that the address gives it.
    public var name: String

    /// A file of the given parts.
    public init(digest: Digest, size: Int64, lastModified: Timestamp?, name: String) {
        self.digest = digest
        self.size = size
        self.lastModified = lastModified
        self.name = name
    }
}
