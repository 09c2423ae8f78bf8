public import OCI

extension ContentStore {
    /// The document that `descriptor` describes, verified.
    public func document(_ descriptor: Descriptor) throws(StoreError) -> [UInt8] {
        guard descriptor.size <= Self.maximumDocumentSize else {
            throw StoreError(
                .tooLarge, "\(descriptor.digest) claims \(descriptor.size) bytes, more than any honest document has")
        }
        let bytes = try read(descriptor.digest)
        guard bytes.count == descriptor.size else { throw sizeError(descriptor, Int64(bytes.count)) }
        return bytes
    }

    /// The manifest that `descriptor` describes.
    public func manifest(_ descriptor: Descriptor) throws(StoreError) -> ImageManifest {
        let bytes = try document(descriptor)
        return try storeErrors("the manifest \(descriptor.digest)") { try ImageManifest(parsing: bytes) }
    }

    /// The index that `descriptor` describes.
    public func index(_ descriptor: Descriptor) throws(StoreError) -> ImageIndex {
        let bytes = try document(descriptor)
        return try storeErrors("the index \(descriptor.digest)") { try ImageIndex(parsing: bytes) }
    }

    /// The image configuration that `descriptor` describes.
    public func configuration(_ descriptor: Descriptor) throws(StoreError) -> ImageConfiguration {
        let bytes = try document(descriptor)
        return try storeErrors("the configuration \(descriptor.digest)") { try ImageConfiguration(parsing: bytes) }
    }
}
