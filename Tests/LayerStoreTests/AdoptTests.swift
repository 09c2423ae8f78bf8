import Archive
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage
import Testing

/// Blobs that somebody says are a layer.
@Suite struct AdoptTests {
    let test: TestStore

    init() throws { test = try TestStore() }

    private func blob(_ archive: [UInt8], _ compression: Compression, type: MediaType = .ociLayer) throws -> Descriptor
    {
        let sink = MemorySink()
        let compressor = try Compressor(compression, to: sink)
        try compressor.write(archive)
        try compressor.finish()
        return try test.store.put(sink.bytes, mediaType: type)
    }

    @Test(arguments: [Compression.uncompressed, .gzip(), .zstd()])
    func aLayerIsKnownByItsBytes(compression: Compression) async throws {
        let archive = try TestStore.archive([Entry.file("a", "text")])
        let diffID = Digest.sha256(of: archive)
        // Whatever type it is said to have.
        let blob = try blob(archive, compression, type: .ociLayerGzip)
        let found = try await test.layers.adopt(blob, as: diffID)
        #expect(found.digest == blob.digest)
        #expect(found.mediaType.compression?.rawValue == compression.name)
        #expect(try !test.layers.isUnpacked(diffID))
        #expect(try await test.layers.blob(for: diffID, compression: compression).digest == blob.digest)
        // It gives the other compressions, too.
        let other = try await test.layers.blob(for: diffID, compression: .gzip(level: 1))
        #expect(other.mediaType == .ociLayerGzip)
        #expect(try await test.layers.adopt(blob, as: diffID) == found)
    }

    @Test func anythingElseIsRefused() async throws {
        let archive = try TestStore.archive([Entry.file("a", "text")])
        let diffID = Digest.sha256(of: archive)
        let other = try blob(try TestStore.archive([Entry.file("a", "TEXT")]), .gzip())
        let error = await #expect(throws: LayerStoreError.self) { try await test.layers.adopt(other, as: diffID) }
        #expect(error?.code == .diffIDMismatch)
        let whole = try blob(archive, .gzip())
        let cut = try test.store.put(
            Array(try test.store.read(whole.digest).dropLast(9)), mediaType: .ociLayerGzip)
        await #expect(throws: (any Error).self) { try await test.layers.adopt(cut, as: diffID) }
        let missing = Descriptor(mediaType: .ociLayer, digest: .sha256(of: "nothing"), size: 7)
        await #expect(throws: StoreError.self) { try await test.layers.adopt(missing, as: diffID) }
        #expect(try test.store.layerBlobs(diffID).isEmpty)
    }
}
