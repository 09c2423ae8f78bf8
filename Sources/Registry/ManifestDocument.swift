internal import HTTP
internal import OCI

/// Tells what a document that a registry calls a manifest is.
enum ManifestDocument {
    /// Registries accept manifests of at least 4 MiB (OCI distribution specification, "Pushing Manifests"); none needs
    /// more.
    static let maximumSize = 4 << 20

    /// The media types that are asked for.
    static let accepted: [MediaType] = [.ociIndex, .ociManifest, .dockerManifestList, .dockerManifest]

    /// The media type of a manifest or index, checked against what the document itself says.
    ///
    /// - Parameter contentType: the value of the `Content-Type` header.
    /// - Throws: `unsupported` for Docker's schema 1, `invalidResponse` for what is neither or claims to be both.
    static func mediaType(
        of bytes: [UInt8], contentType: String?, subject: String
    ) throws(RegistryError) -> MediaType {
        func invalid(_ reason: String, _ cause: (any Error)? = nil) -> RegistryError {
            RegistryError(.invalidResponse, "the manifest of \(subject) cannot be used: \(reason)", cause: cause)
        }
        let document: JSONValue
        do { document = try JSONValue(parsing: bytes) } catch { throw invalid(error.message, error) }
        guard document["schemaVersion"]?.integerValue != 1 else {
            throw RegistryError(
                .unsupported,
                "\(subject) has a manifest of Docker's schema 1, which is not supported: push the image again")
        }
        let header = contentType.map { value in
            MediaType(rawValue: value.prefix { $0 != ";" && $0 != " " }.lowercased())
        }
        let own = document["mediaType"]?.stringValue.map(MediaType.init)
        let named = [header, own].compactMap(\.self).filter { $0.isIndex || $0.isManifest }
        // What the header calls one thing and the document another could be judged as the one and used as the other.
        if let first = named.first, named.contains(where: { $0 != first }) {
            throw invalid("it is \(named.map(\.rawValue).joined(separator: " and ")) at once")
        }
        let type = named.first ?? (document["manifests"] != nil ? .ociIndex : .ociManifest)
        do {
            if type.isIndex { _ = try ImageIndex(parsing: bytes) } else { _ = try ImageManifest(parsing: bytes) }
        } catch { throw invalid(error.message, error) }
        return type
    }
}
