public import Archive
internal import FileSystem
internal import Glibc
public import OCI
internal import SystemPackage

/// Takes the bytes of one blob, hashes them on the way and puts them into the store when they are what they should be.
///
///     let writer = try store.blobWriter(expecting: descriptor)
///     try writer.write(bytes)
///     try writer.commit()
///
/// Used by one task at a time. Without `commit()` nothing is kept.
public final class BlobWriter: ByteSink {
    private let store: ContentStore
    private let expectedDigest: Digest?
    private let expectedSize: Int64?
    private let temporary: FilePath
    private var file: FileDescriptor?
    private var digester: Digester
    /// Up to where the disk has been told to write.
    private var started: Int64 = 0
    /// How many bytes are left to the kernel's leisure, at most.
    private static let backlog: Int64 = 4 << 20

    /// The number of bytes taken so far.
    public private(set) var count: Int64 = 0

    init(store: ContentStore, expectedDigest: Digest?, expectedSize: Int64?) throws(StoreError) {
        self.store = store
        self.expectedDigest = expectedDigest
        self.expectedSize = expectedSize
        temporary = try store.withSession { $0.temporary.newPath() }
        digester = Digester(expectedDigest?.algorithm ?? .sha256)
        file = try storeErrors {
            try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o444))
        }
    }

    deinit { discard() }

    private func discard() {
        guard let file else { return }
        self.file = nil
        // The file is useless whatever close says; what unlink leaves behind goes with the lease.
        try? file.close()
        _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
    }

    /// Takes all of `bytes`.
    ///
    /// - Throws: `StoreError`: `sizeMismatch` as soon as there are more bytes than were announced, `noSpace`,
    ///   `inputOutput`.
    public func write(_ bytes: Span<UInt8>) throws {
        try unsafe bytes.withUnsafeBytes { try unsafe append($0) }
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        guard let file else { throw StoreError(.inputOutput, "a blob is written to after its end") }
        count += Int64(bytes.count)
        if let expectedSize, count > expectedSize {
            discard()
            throw StoreError(
                .sizeMismatch,
                "\(expectedDigest.map(String.init(describing:)) ?? "a blob") is larger than the "
                    + "\(expectedSize) bytes announced")
        }
        unsafe digester.update(bytes)
        _ = try storeErrors("cannot write a blob into \(store.root)") { try unsafe file.writeAll(bytes) }
        // The sync at the end waits for the disk; so it had better begin now.
        guard count - started >= Self.backlog else { return }
        file.startWriteback(of: started..<count)
        started = count
    }

    /// Does nothing: a blob ends with `commit()`.
    public func finish() throws {}

    /// Verifies digest and size, makes the blob durable and puts it in its place.
    ///
    /// The blob is pinned to the store's session. One that is there already stays as it is.
    ///
    /// - Returns: The digest and the size in bytes.
    /// - Throws: `digestMismatch`, `sizeMismatch`, `noSpace`, `inputOutput`.
    @discardableResult
    public func commit() throws(StoreError) -> (digest: Digest, size: Int64) {
        guard let file else { throw StoreError(.inputOutput, "a blob is committed twice") }
        defer { discard() }
        let digest = digester.finalize()
        if let expectedSize, count != expectedSize {
            throw StoreError(
                .sizeMismatch, "\(expectedDigest ?? digest) has \(count) bytes instead of the \(expectedSize) announced"
            )
        }
        if let expectedDigest, digest != expectedDigest {
            throw StoreError(.digestMismatch, "the bytes of \(expectedDigest) have the digest \(digest)")
        }
        try store.pin([digest])
        if store.contains(digest) { return (digest, count) }
        let path = store.path(of: digest)
        try storeErrors("cannot store the blob \(digest)") {
            if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
            let directory = try DirectoryHandle(path.removingLastComponent())
            let renamed = unsafe temporary.withPlatformString { old in
                unsafe path.withPlatformString { unsafe rename(old, $0) }
            }
            if renamed != 0 { throw Errno(rawValue: errno) }
            try directory.synchronize()
        }
        return (digest, count)
    }
}
