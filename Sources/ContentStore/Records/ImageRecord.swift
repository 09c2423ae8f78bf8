public import FileSystem
public import OCI

/// A name in the store and the image that it means.
public struct ImageRecord: Hashable, Sendable {
    /// The name; nil for an image that was stored without one.
    public var name: ImageReference?
    /// What describes the manifest or index.
    public var descriptor: Descriptor
    /// The digest of the image configuration; nil for an index.
    public var configuration: Digest?
    /// What the image runs on; nil for an index.
    public var platform: Platform?
    /// When the image was really built, or brought into the store; `created` in the configuration is reproducible and
    /// says nothing about it.
    public var built: Timestamp
    /// The size of all layers, as the manifest gives them, in bytes.
    public var size: Int64

    /// A record of the given parts.
    public init(
        name: ImageReference?, descriptor: Descriptor, configuration: Digest?, platform: Platform?, built: Timestamp,
        size: Int64
    ) {
        self.name = name
        self.descriptor = descriptor
        self.configuration = configuration
        self.platform = platform
        self.built = built
        self.size = size
    }

    /// What docker calls the image's ID: the digest of the configuration, and of the index where there are several.
    public var id: Digest { configuration ?? descriptor.digest }

    static let columns = "name, descriptor, configuration, platform, built, size"

    /// Reads a row of `columns`.
    init(_ row: borrowing Row) throws(StoreError) {
        let (name, descriptor, configuration, platform) = (
            row.optionalText(0), row.bytes(1), row.optionalText(2), row.optionalText(3)
        )
        let (built, size) = (row.integer(4), row.integer(5))
        self = try storeErrors("an image record of the index") {
            ImageRecord(
                name: try name.map { text throws(OCIError) in try ImageReference(parsing: text) },
                descriptor: try Descriptor(parsing: descriptor),
                configuration: try configuration.map { text throws(OCIError) in try Digest(parsing: text) },
                platform: try platform.map { text throws(OCIError) in try Platform(parsing: text) },
                built: Timestamp(indexed: built), size: size)
        }
    }
}
