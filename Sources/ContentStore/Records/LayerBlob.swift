public import OCI

/// A blob that holds a layer, compressed in a certain way.
public struct LayerBlob: Hashable, Sendable {
    /// A name for the algorithm with everything that changes the bytes: `gzip:6`.
    public var compression: String
    /// The blob.
    public var descriptor: Descriptor

    /// A blob of the given compression.
    public init(compression: String, descriptor: Descriptor) {
        self.compression = compression
        self.descriptor = descriptor
    }
}
