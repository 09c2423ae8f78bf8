public import OCI

/// A layer that was made from a directory or from entries.
public struct CommittedLayer: Hashable, Sendable {
    /// The digest of the layer's canonical archive.
    public var diffID: Digest
    /// The size of that archive in bytes.
    public var size: Int64
    /// The number of entries in that archive; 0 for a step that changed nothing.
    public var entryCount: Int
    /// The compressed blob, when one was asked for.
    public var blob: Descriptor?

    /// A layer of the given parts.
    public init(diffID: Digest, size: Int64, entryCount: Int, blob: Descriptor? = nil) {
        self.diffID = diffID
        self.size = size
        self.entryCount = entryCount
        self.blob = blob
    }
}
