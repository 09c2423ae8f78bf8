import OCI
import Testing

private let someDigest = "sha256:" + String(repeating: "1", count: 64)
private let someDescriptor = "{\"mediaType\":\"x\",\"digest\":\"\(someDigest)\",\"size\":1}"

/// Manifests, indexes and descriptors.
struct DocumentTests {
    @Test func readsAnOCIManifest() throws {
        let text = """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\(someDigest)","size":7},
             "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\(someDigest)","size":32,
                        "annotations":{"a":"b"},"urls":["https://x"]}],
             "subject":\(someDescriptor),"artifactType":"application/x","annotations":{"k":"v"}}
            """
        let manifest = try ImageManifest(parsing: Array(text.utf8))
        #expect(manifest.layersSize == 32)
        #expect(manifest.layers[0].mediaType.compression == .gzip)
        #expect(manifest.layers[0].urls == ["https://x"])
        #expect(manifest.subject?.size == 1)
        #expect(try ImageManifest(parsing: manifest.encoded()) == manifest)
        #expect(manifest.descriptor().digest == Digest.sha256(of: manifest.encoded()))
    }

    @Test func hugeLayersDoNotOverflow() throws {
        let layer = "{\"mediaType\":\"x\",\"digest\":\"\(someDigest)\",\"size\":\(Int64.max)}"
        let text = "{\"schemaVersion\":2,\"config\":\(someDescriptor),\"layers\":[\(layer),\(layer)]}"
        #expect(try ImageManifest(parsing: Array(text.utf8)).layersSize == .max)
    }

    @Test(arguments: [
        "", "[]", "{}", "null", "{\"schemaVersion\":2}",
        "{\"schemaVersion\":1,\"config\":\(someDescriptor),\"layers\":[]}",
        "{\"schemaVersion\":\"2\",\"config\":\(someDescriptor),\"layers\":[]}",
        "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}", "{\"schemaVersion\":2,\"config\":[],\"layers\":[]}",
        "{\"schemaVersion\":2,\"config\":\(someDescriptor),\"layers\":{}}",
        "{\"schemaVersion\":2,\"config\":\(someDescriptor),\"layers\":[1]}",
        "{\"schemaVersion\":2,\"config\":\(someDescriptor),\"layers\":[],\"manifests\":[]}",
        "{\"schemaVersion\":2,\"config\":\(someDescriptor),\"annotations\":{\"a\":1}}",
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"config\":\(someDescriptor)}",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"sha256:../../x\",\"size\":1}}",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"\(someDigest)\",\"size\":-1}}",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"\(someDigest)\",\"size\":1.5}}",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"\(someDigest)\",\"size\":99999999999999999999}}",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":1,\"digest\":\"\(someDigest)\",\"size\":1}}",
    ])
    func refusesWhatIsNoManifest(_ text: String) {
        #expect(throws: OCIError.self) { try ImageManifest(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        "{\"schemaVersion\":2,\"manifests\":[],\"config\":\(someDescriptor)}",
        "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}",
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"manifests\":[]}",
        "{\"schemaVersion\":2,\"manifests\":[{}]}", "{\"schemaVersion\":2,\"manifests\":[[]]}", "{\"manifests\":[]}",
        "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"\(someDigest)\",\"size\":1,\"platform\":{\"os\":1}}]}",
    ])
    func refusesWhatIsNoIndex(_ text: String) {
        #expect(throws: OCIError.self) { try ImageIndex(parsing: Array(text.utf8)) }
    }

    private func descriptor(_ name: String, _ platform: String?, attests: Bool = false) throws -> Descriptor {
        Descriptor(
            mediaType: .ociManifest, content: Array(name.utf8),
            platform: try platform.map { try Platform(parsing: $0) },
            annotations: attests ? ["vnd.docker.reference.type": "attestation-manifest"] : [:])
    }

    @Test func anIndexOffersTheBestAndNeverAnAttestation() throws {
        let index = ImageIndex(manifests: [
            try descriptor("a", "linux/arm64"), try descriptor("b", "linux/amd64", attests: true),
            try descriptor("c", "linux/amd64"), try descriptor("d", "unknown/unknown"),
        ])
        #expect(index.manifest(for: try Platform(parsing: "linux/amd64"))?.digest == .sha256(of: "c"))
        #expect(index.manifest(for: try Platform(parsing: "linux/s390x")) == nil)
        #expect(index.platforms.map(\.description) == ["linux/arm64", "linux/amd64"])
        #expect(try ImageIndex(parsing: index.encoded()) == index)
    }

    @Test func theOnlyManifestWithoutPlatformSuitsAll() throws {
        let index = ImageIndex(manifests: [try descriptor("a", nil)])
        #expect(index.manifest(for: .host)?.digest == .sha256(of: "a"))
    }

    @Test func knowsMediaTypes() {
        #expect(MediaType.dockerManifestList.isIndex)
        #expect(MediaType.dockerManifest.isManifest)
        #expect(MediaType.ociLayerZstd.compression == .zstd)
        #expect(MediaType(rawValue: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip").isLayer)
        #expect(!MediaType.ociConfiguration.isLayer)
        for type in [MediaType.ociIndex, .ociManifest, .ociConfiguration, .ociLayer, .ociLayerGzip, .ociLayerZstd] {
            #expect(type.docker != type)
            #expect(type.docker.oci == type)
        }
    }
}
