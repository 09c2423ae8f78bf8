internal import ContentStore
internal import HTTP
public import OCI
internal import Registry

extension ImageTransfer {
    /// A document about an image, such as a bill of materials.
    public struct Attachment: Hashable, Sendable {
        /// Its bytes.
        public var bytes: [UInt8]
        /// What they are.
        public var mediaType: MediaType
        /// What kind of artifact it is, by which it is found among an image's referrers.
        public var artifactType: MediaType
        /// The ending of the tag under which cosign looks for it, such as `sbom`.
        public var suffix: String

        /// An attachment of the given parts.
        public init(bytes: [UInt8], mediaType: MediaType, artifactType: MediaType, suffix: String) {
            self.bytes = bytes
            self.mediaType = mediaType
            self.artifactType = artifactType
            self.suffix = suffix
        }
    }

    /// Attaches a document to an image in its registry: as a referrer (OCI distribution specification 1.1), and under the
    /// tag where `cosign download` looks for it (`sha256-….sbom`).
    ///
    /// - Parameter image: the manifest that it is about, which must be in that repository.
    /// - Returns: The name under which it can be had.
    /// - Throws: `RegistryError`, `StoreError`; `ImageTransferError` where the repository has no such image.
    public func attach(
        _ attachment: Attachment, to image: Descriptor, in reference: ImageReference
    ) async throws -> ImageReference {
        let place = reference.withoutTag(image.digest)
        guard try await exists(place) else {
            throw ImageTransferError(
                "\(reference.canonicalRepository) has no image \(image.digest)", help: "push the image first")
        }
        let layer = try store.put(attachment.bytes, mediaType: attachment.mediaType)
        let configuration: JSONValue = [
            "architecture": "", "os": "",
            "rootfs": ["type": "layers", "diff_ids": .strings([layer.digest.description])],
        ]
        let manifest = ImageManifest(
            configuration: try store.put(configuration.encoded(), mediaType: .ociConfiguration), layers: [layer],
            artifactType: attachment.artifactType,
            subject: Descriptor(mediaType: image.mediaType, digest: image.digest, size: image.size))
        let descriptor = try store.put(manifest.encoded(), mediaType: .ociManifest)
        let name = try reference.with(
            tag: "\(image.digest.algorithm.rawValue)-\(image.digest.hex).\(attachment.suffix)")
        _ = try await push(descriptor, as: [name])
        return name
    }
    private func exists(_ reference: ImageReference) async throws(RegistryError) -> Bool {
        do {
            _ = try await client.resolve(reference)
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }
}
