internal import Archive
internal import ContentStore
internal import FileSystem
internal import OCI
internal import Synchronization
internal import SystemPackage

/// Finds compressed members of earlier layers in the blobs of the store.
///
/// Only saves time: what cannot be found or read is compressed again.
final class MemberReader: Sendable {
    private let store: ContentStore
    private let compression: Compression
    /// The blob that was read from last; nearly all members of a layer are in one.
    private let last = Mutex<OpenBlob?>(nil)

    private final class OpenBlob: Sendable {
        let digest: Digest
        let file: FileDescriptor

        init(_ digest: Digest, _ file: FileDescriptor) {
            self.digest = digest
            self.file = file
        }

        deinit { file.closeAfterReading() }
    }

    init(_ compression: Compression, store: ContentStore) {
        self.compression = compression
        self.store = store
    }

    var members: KeptMembers {
        KeptMembers(key: { self.key(of: $0) }, find: { self.find($0) })
    }

    private func key(of input: Span<UInt8>) -> [UInt8] {
        var digester = Digester()
        digester.update("\(compression) ")
        unsafe input.withUnsafeBytes { unsafe digester.update($0) }
        return digester.finalize().bytes
    }

    private func find(_ key: [UInt8]) -> [UInt8]? {
        guard let (digest, place) = try? store.keptMember(key), place.length > 0, place.length <= 4 << 20,
            let blob = try? open(digest)
        else { return nil }
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: place.length) { buffer, initialized in
            while count < place.length {
                let rest = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                guard
                    let length = try? unsafe blob.file.read(
                        fromAbsoluteOffset: place.offset + Int64(count), into: rest),
                    length > 0
                else { break }
                count += length
            }
            initialized = count
        }
        return count == place.length ? bytes : nil
    }

    private func open(_ digest: Digest) throws -> OpenBlob {
        try last.withLock { last in
            if let last, last.digest == digest { return last }
            let blob = OpenBlob(digest, try store.open(digest))
            last = blob
            return blob
        }
    }
}
