import Archive
import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

struct BlobTests {
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    @Test(arguments: [0, 1, 4096, 3_000_000])
    func whatIsPutIsRead(_ size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let digest = try store.put(bytes)
        #expect(try store.put(bytes) == digest)
        #expect(store.contains(digest))
        #expect(store.size(of: digest) == Int64(size))
        #expect(try store.read(digest) == bytes)
        #expect(try store.withSource(of: digest) { try $0.readAll(limit: size) } == bytes)
        #expect(store.path(of: digest) == scratch.file("store/blobs/sha256/\(digest.hex)"))
        try store.remove(digest)
        try store.remove(digest)
        #expect(!store.contains(digest))
        #expect(storeErrorCode { _ = try store.read(digest) } == .missingBlob)
    }

    @Test func verifiesDigestAndSize() throws {
        let bytes = Array("hello".utf8)
        let right = Digest.sha256(of: bytes)
        func commit(_ digest: Digest?, _ size: Int64?, _ content: [UInt8]) -> StoreError.Code? {
            storeErrorCode {
                let writer =
                    if let digest { try store.blobWriter(expecting: digest, size: size) } else {
                        try store.blobWriter()
                    }
                try writer.write(content)
                try writer.commit()
            }
        }
        #expect(commit(right, 5, Array("hallo".utf8)) == .digestMismatch)
        #expect(commit(right, 4, bytes) == .sizeMismatch)
        #expect(commit(right, 6, bytes) == .sizeMismatch)
        #expect(commit(.sha256(of: ""), nil, bytes) == .digestMismatch)
        #expect(try names(scratch.file("store/blobs/sha256")).isEmpty)
        #expect(commit(right, 5, bytes) == nil)
        #expect(commit(nil, nil, bytes) == nil)
        #expect(try names(scratch.file("store/blobs/sha256")) == [right.hex])
        try store.close()
        #expect(try names(scratch.file("store/tmp")).isEmpty)
    }

    @Test func anUnfinishedBlobLeavesNothing() throws {
        var writer: BlobWriter? = try store.blobWriter()
        try writer?.write(Array("half".utf8))
        let lease = try #require(try names(scratch.file("store/tmp")).first)
        #expect(try names(scratch.file("store/tmp/\(lease)")).count == 2)
        writer = nil
        #expect(try names(scratch.file("store/tmp/\(lease)")) == ["lock"])
    }

    @Test func aWriterEndsOnce() throws {
        let writer = try store.blobWriter()
        try writer.write(Array("x".utf8))
        try writer.commit()
        #expect(throws: StoreError.self) { try writer.commit() }
        #expect(throws: StoreError.self) { try writer.write(Array("x".utf8)) }
    }

    @Test func storesSHA512() throws {
        var digester = Digester(.sha512)
        digester.update("abc")
        let digest = digester.finalize()
        let writer = try store.blobWriter(expecting: digest, size: 3)
        try writer.write(Array("abc".utf8))
        #expect(try writer.commit().digest == digest)
        #expect(try store.read(digest) == Array("abc".utf8))
    }

    @Test func noticesDamage() throws {
        let digest = try store.put(Array("hello".utf8))
        try store.path(of: digest).withPlatformString { try #require(chmod($0, 0o644) == 0) }
        try write("hallo", store.path(of: digest))
        #expect(storeErrorCode { _ = try store.read(digest) } == .corruptBlob)
    }

    @Test func limitsDocuments() throws {
        let digest = try store.put([UInt8](repeating: 0, count: 100))
        #expect(storeErrorCode { _ = try store.read(digest, limit: 99) } == .tooLarge)
        let claimed = Descriptor(mediaType: .ociManifest, digest: digest, size: 1 << 40)
        #expect(storeErrorCode { _ = try store.manifest(claimed) } == .tooLarge)
        let lying = Descriptor(mediaType: .ociManifest, digest: digest, size: 99)
        #expect(storeErrorCode { _ = try store.manifest(lying) } == .sizeMismatch)
    }

    @Test func ingestsOnlyWhatIsMissing() throws {
        let bytes = Array("layer".utf8)
        let descriptor = Descriptor(mediaType: .ociLayer, content: bytes)
        try store.ingest(descriptor) { MemorySource(bytes, chunk: 2) }
        try store.ingest(descriptor) {
            Issue.record("read although it is there")
            return MemorySource([])
        }
        var lying = descriptor
        lying.size = 4
        #expect(storeErrorCode { try store.ingest(lying) { MemorySource(bytes) } } == .sizeMismatch)
    }
}
