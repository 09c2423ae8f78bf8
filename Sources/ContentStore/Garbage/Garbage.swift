public import FileSystem

/// What garbage collection keeps besides images and what running processes use.
public struct GarbagePolicy: Hashable, Sendable {
    /// Which cache records stay, and with them their layers.
    public enum Records: Hashable, Sendable {
        case all
        /// Those that were used at or after a time.
        case usedSince(Timestamp)
        case none
    }

    /// Which cache records stay.
    public var records: Records
    /// Whether images without a name stay.
    public var keepsUnnamedImages: Bool

    /// A policy; without arguments it takes only what nothing refers to.
    public init(records: Records = .all, keepsUnnamedImages: Bool = true) {
        self.records = records
        self.keepsUnnamedImages = keepsUnnamedImages
    }
}

/// What garbage collection took.
public struct GarbageReport: Hashable, Sendable {
    /// The number of images without a name.
    public var images = 0
    /// The number of cache records.
    public var records = 0
    /// The digests of the blobs.
    var blobDigests: [String] = []
    /// The DiffIDs of the unpacked layers.
    var layerDigests: [String] = []
    /// The number of blobs.
    public var blobs: Int { blobDigests.count }
    /// The number of unpacked layers.
    public var layers: Int { layerDigests.count }
    /// The size of the blobs and, as archives, of the layers, in bytes.
    public var size: Int64 = 0

    /// A report of nothing.
    public init() {}
}
