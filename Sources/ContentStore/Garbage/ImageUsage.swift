public import OCI

/// How much room an image takes.
public struct ImageUsage: Hashable, Sendable {
    /// The size of everything in the image, in bytes.
    public var total: Int64
    /// The part of it that other images in the store have as well.
    public var shared: Int64
    /// The part of it that would be free without the image.
    public var unique: Int64 { total - shared }
}

extension ContentStore {
    /// How much room each image takes, by ID. Names of the same image count as one.
    public func imageUsage() throws(StoreError) -> [Digest: ImageUsage] {
        var sizes: [Digest: [Digest: Int64]] = [:]
        for image in try images() where sizes[image.id] == nil {
            let contents = try contents(of: image.descriptor)
            sizes[image.id] = contents.documents.merging(contents.layers) { first, _ in first }
        }
        var owners: [Digest: Int] = [:]
        for blobs in sizes.values {
            for digest in blobs.keys { owners[digest, default: 0] += 1 }
        }
        return sizes.mapValues { blobs in
            ImageUsage(
                total: blobs.values.reduce(0, +),
                shared: blobs.reduce(0) { $0 + (owners[$1.key, default: 0] > 1 ? $1.value : 0) })
        }
    }
}
