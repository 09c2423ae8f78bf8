public import Archive
internal import FileSystem
public import OCI
public import SystemPackage

/// The blobs of an OCI image layout in a directory (OCI image specification, image-layout.md), read where they are.
///
/// Symbolic links are followed, because some build tools fill a layout with them. That gives nothing away: what is read
/// has to have the digest that was asked for.
public struct LayoutDirectory: BlobSource {
    /// The directory.
    public let path: FilePath

    init(_ path: FilePath) { self.path = path }

    private func path(of digest: Digest) -> FilePath {
        path.appending("blobs").appending(digest.algorithm.rawValue).appending(digest.hex)
    }

    /// The size of a blob in bytes; nil when it is not there.
    public func size(of digest: Digest) -> Int64? {
        guard let file = try? Self.open(path(of: digest)) else { return nil }
        defer { file.descriptor.closeAfterReading() }
        return file.size
    }

    /// The bytes of a manifest, index or configuration, checked against digest and size.
    public func document(_ descriptor: Descriptor) throws(StoreError) -> [UInt8] {
        guard descriptor.size <= ContentStore.maximumDocumentSize else {
            throw StoreError(
                .tooLarge, "\(descriptor.digest) claims \(descriptor.size) bytes, more than any honest document has")
        }
        let bytes = try Self.read(path(of: descriptor.digest))
        guard bytes.count == descriptor.size else {
            throw StoreError(
                .sizeMismatch,
                "\(path(of: descriptor.digest)) has \(bytes.count) bytes instead of the \(descriptor.size) announced")
        }
        var digester = Digester(descriptor.digest.algorithm)
        digester.update(bytes)
        let digest = digester.finalize()
        guard digest == descriptor.digest else {
            throw StoreError(.digestMismatch, "the bytes of \(path(of: descriptor.digest)) have the digest \(digest)")
        }
        return bytes
    }

    /// Opens a blob, lends its bytes, which are not checked, and closes it.
    public func withSource<Result>(of digest: Digest, _ body: (FileSource) throws -> Result) throws -> Result {
        let file = try Self.open(path(of: digest)).descriptor
        defer { file.closeAfterReading() }
        return try body(FileSource(file))
    }

    // MARK: Files of somebody else's

    /// Opens a regular file for reading. Anything else is refused: reading from a fifo would wait for ever.
    static func open(_ path: FilePath) throws(StoreError) -> (descriptor: FileDescriptor, size: Int64) {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch Errno.noSuchFileOrDirectory {
            throw StoreError(.missingBlob, "\(path) does not exist")
        } catch {
            throw StoreError("cannot open \(path)", error)
        }
        let status: FileStatus
        do {
            status = try file.status(path: path)
        } catch {
            file.closeAfterReading()
            throw StoreError(nil, error)
        }
        guard status.kind == .regular else {
            file.closeAfterReading()
            throw StoreError(.invalidLayout, "\(path) is not a regular file")
        }
        return (file, Int64(clamping: status.size))
    }

    /// Reads a small file.
    static func read(_ path: FilePath) throws(StoreError) -> [UInt8] {
        let file = try open(path).descriptor
        defer { file.closeAfterReading() }
        do {
            return try file.readAll(limit: ContentStore.maximumDocumentSize, path: path)
        } catch  where error.code == .fileTooLarge {
            throw StoreError(.tooLarge, "\(path) is larger than any honest document")
        } catch {
            throw StoreError(nil, error)
        }
    }

    /// Reads a small file; nil when it does not exist.
    static func readIfExists(_ path: FilePath) throws(StoreError) -> [UInt8]? {
        do {
            return try read(path)
        } catch  where error.code == .missingBlob {
            return nil
        }
    }
}
