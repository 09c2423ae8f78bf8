public import Archive
internal import FileSystem
internal import Glibc
public import OCI
public import SystemPackage

extension ContentStore {
    /// The greatest manifest, index or configuration that is read into memory, in bytes.
    public static let maximumDocumentSize = 8 << 20

    /// Where the blob is, or would be.
    public func path(of digest: Digest) -> FilePath {
        root.appending("blobs").appending(digest.algorithm.rawValue).appending(digest.hex)
    }

    /// Whether the blob is there. To rely on it staying there, `pin` it before.
    public func contains(_ digest: Digest) -> Bool { size(of: digest) != nil }

    /// The size of the blob in bytes; nil when it is not there.
    public func size(of digest: Digest) -> Int64? {
        var status = stat()
        let result = unsafe path(of: digest).withPlatformString { unsafe lstat($0, &status) }
        return result == 0 ? Int64(status.st_size) : nil
    }

    /// Begins a blob of unknown digest.
    public func blobWriter() throws(StoreError) -> BlobWriter {
        try BlobWriter(store: self, expectedDigest: nil, expectedSize: nil)
    }

    /// Begins the blob of a known digest, and of a known size in bytes if there is one.
    public func blobWriter(expecting digest: Digest, size: Int64? = nil) throws(StoreError) -> BlobWriter {
        try BlobWriter(store: self, expectedDigest: digest, expectedSize: size)
    }

    /// Begins the blob that `descriptor` describes.
    public func blobWriter(expecting descriptor: Descriptor) throws(StoreError) -> BlobWriter {
        try BlobWriter(store: self, expectedDigest: descriptor.digest, expectedSize: descriptor.size)
    }

    /// Stores `bytes` as a blob, pinned to the session.
    ///
    /// - Throws: `readOnly`, `noSpace`, `inputOutput`.
    @discardableResult
    public func put(_ bytes: [UInt8]) throws(StoreError) -> Digest {
        let digest = Digest.sha256(of: bytes)
        try pin([digest])
        if contains(digest) { return digest }
        let writer = try blobWriter(expecting: digest, size: Int64(bytes.count))
        try storeErrors { try writer.write(bytes.span) }
        return try writer.commit().digest
    }

    /// Stores a document and describes it.
    public func put(
        _ bytes: [UInt8], mediaType: MediaType, platform: Platform? = nil, annotations: [String: String] = [:]
    ) throws(StoreError) -> Descriptor {
        Descriptor(
            mediaType: mediaType, digest: try put(bytes), size: Int64(bytes.count), platform: platform,
            annotations: annotations)
    }

    /// Stores everything that `source` gives, verified against `descriptor`; reads nothing when the blob is there
    /// already.
    public func ingest(_ descriptor: Descriptor, from source: () throws -> any ByteSource) throws(StoreError) {
        try pin([descriptor.digest])
        if let size = size(of: descriptor.digest) {
            guard size == descriptor.size else { throw sizeError(descriptor, size) }
            return
        }
        let writer = try blobWriter(expecting: descriptor)
        try storeErrors { _ = try source().copy(to: writer) }
        try writer.commit()
    }

    /// Opens the blob for reading; the caller closes it.
    ///
    /// - Throws: `missingBlob`, `inputOutput`.
    public func open(_ digest: Digest) throws(StoreError) -> FileDescriptor {
        do {
            return try FileDescriptor.open(path(of: digest), .readOnly, options: [.closeOnExec, .noFollow])
        } catch Errno.noSuchFileOrDirectory {
            throw StoreError(.missingBlob, "the store has no blob \(digest)")
        } catch {
            throw StoreError("cannot read the blob \(digest)", error)
        }
    }

    /// Opens the blob, lends a source of its bytes and closes it.
    public func withSource<Result>(of digest: Digest, _ body: (FileSource) throws -> Result) throws -> Result {
        let file = try open(digest)
        defer { file.closeAfterReading() }
        return try body(FileSource(file))
    }

    /// The bytes of a small blob, checked against its digest again.
    ///
    /// - Throws: `missingBlob`; `tooLarge` for more than `limit` bytes; `corruptBlob`; `inputOutput`.
    public func read(_ digest: Digest, limit: Int = maximumDocumentSize) throws(StoreError) -> [UInt8] {
        let file = try open(digest)
        defer { file.closeAfterReading() }
        let bytes: [UInt8]
        do {
            bytes = try file.readAll(limit: limit, path: path(of: digest))
        } catch  where error.code == .fileTooLarge {
            throw StoreError(.tooLarge, "the blob \(digest) is larger than \(limit) bytes")
        } catch {
            throw StoreError("cannot read the blob \(digest)", error)
        }
        var digester = Digester(digest.algorithm)
        digester.update(bytes)
        guard digester.finalize() == digest else {
            throw StoreError(
                .corruptBlob, "the blob \(path(of: digest)) is damaged: remove it, then build, pull or load again")
        }
        return bytes
    }

    /// Removes the blob; nothing happens when it is not there. Whether something refers to it is the caller's concern.
    public func remove(_ digest: Digest) throws(StoreError) {
        guard !isReadOnly else { throw readOnlyError }
        let result = unsafe path(of: digest).withPlatformString { unsafe unlink($0) }
        if result != 0, errno != ENOENT {
            throw StoreError("cannot remove the blob \(digest)", Errno(rawValue: errno))
        }
    }

    func sizeError(_ descriptor: Descriptor, _ size: Int64) -> StoreError {
        StoreError(
            .sizeMismatch, "\(descriptor.digest) has \(size) bytes instead of the \(descriptor.size) announced")
    }
}
