internal import ContentStore
internal import HTTP
internal import OCI

/// The manifests and indexes of an image, and the blobs they refer to: all that a copy has to bring.
struct ImageDocuments {
    /// A manifest or index.
    struct Document {
        var descriptor: Descriptor
        var bytes: [UInt8]
        /// The blobs that it refers to, each once.
        var blobs: [Descriptor] = []
        /// The documents that it refers to: positions in `documents`.
        var children: [Int] = []
        /// The manifest that it says something of.
        var subject: Descriptor?
    }

    /// What refers to others comes after them; the image itself is the last.
    private(set) var documents: [Document] = []

    /// The blobs of all documents, each once.
    var blobs: [Descriptor] { blobs(of: Array(documents.indices)) }

    /// The blobs of the documents at these positions, each once.
    func blobs(of positions: [Int]) -> [Descriptor] {
        var seen: Set<Digest> = []
        return positions.flatMap { documents[$0].blobs }.filter { seen.insert($0.digest).inserted }
    }

    /// Reads the documents of an image.
    ///
    /// - Throws: what `read` throws; `invalidResponse` for what cannot be understood, or is nested too deep.
    init(
        _ image: Descriptor, read: (Descriptor) async throws(RegistryError) -> [UInt8]
    ) async throws(RegistryError) {
        var known: [Digest: Int] = [:]
        _ = try await add(image, depth: 0, &known, read)
    }

    /// Deeper nesting of indexes is refused.
    private static let maximumDepth = 4
    private static let maximumDocuments = 10_000

    private mutating func add(
        _ descriptor: Descriptor, depth: Int, _ known: inout [Digest: Int],
        _ read: (Descriptor) async throws(RegistryError) -> [UInt8]
    ) async throws(RegistryError) -> Int {
        if let position = known[descriptor.digest] { return position }
        func invalid(_ reason: String, _ cause: (any Error)? = nil) -> RegistryError {
            RegistryError(.invalidResponse, "\(descriptor.digest) cannot be used: \(reason)", cause: cause)
        }
        guard depth < Self.maximumDepth, known.count < Self.maximumDocuments else {
            throw invalid("it is nested too deep")
        }
        let bytes = try await read(descriptor)
        let type = try ManifestDocument.mediaType(of: bytes, contentType: nil, subject: "\(descriptor.digest)")
        var document = Document(descriptor: descriptor, bytes: bytes)
        document.descriptor.mediaType = type
        if type.isIndex {
            let index: ImageIndex
            do { index = try ImageIndex(parsing: bytes) } catch { throw invalid(error.message, error) }
            for entry in index.manifests {
                // BuildKit's cache keeps its layers directly in an index.
                if entry.mediaType.isLayer || entry.mediaType == .buildKitCacheConfiguration {
                    document.add(entry)
                } else {
                    document.children.append(try await add(entry, depth: depth + 1, &known, read))
                }
            }
        } else {
            let manifest: ImageManifest
            do { manifest = try ImageManifest(parsing: bytes) } catch { throw invalid(error.message, error) }
            // Layers that must not be distributed are had elsewhere.
            for blob in [manifest.configuration] + manifest.layers where blob.urls.isEmpty { document.add(blob) }
            document.subject = manifest.subject
        }
        documents.append(document)
        known[descriptor.digest] = documents.count - 1
        return documents.count - 1
    }
}

extension ImageDocuments.Document {
    fileprivate mutating func add(_ blob: Descriptor) {
        if !blobs.contains(where: { $0.digest == blob.digest }) { blobs.append(blob) }
    }
}
