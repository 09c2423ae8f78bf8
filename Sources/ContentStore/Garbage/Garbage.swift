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
    /// The greatest total size of the layers that only cache records need, in bytes: the least recently used records go
    /// until it is kept. Nil for no limit.
    public var maximumCacheSize: Int64?
    /// Whether images without a name stay.
    public var keepsUnnamedImages: Bool

    /// A policy; without arguments it takes only what nothing refers to.
    public init(records: Records = .all, maximumCacheSize: Int64? = nil, keepsUnnamedImages: Bool = true) {
        self.records = records
        self.maximumCacheSize = maximumCacheSize
        self.keepsUnnamedImages = keepsUnnamedImages
    }
}

/// What garbage collection took.
public struct GarbageReport: Hashable, Sendable {
    /// The number of images without a name.
    public var images = 0
    /// The number of cache records.
    public var records = 0
    /// The number of blobs.
    public var blobs = 0
    /// The number of unpacked layers.
    public var layers = 0
    /// The size of the blobs and, as archives, of the layers, in bytes.
    public var size: Int64 = 0

    /// A report of nothing.
    public init() {}
}
