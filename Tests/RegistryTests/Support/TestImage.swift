import ContentStore
import HTTP
import LoopbackServer
import OCI
import SystemPackage

@testable import Registry

/// A small image for two platforms, as its registry would serve it.
struct TestImage: Sendable {
    var repository = "team/app"
    var documents: [(descriptor: Descriptor, bytes: [UInt8])] = []
    var blobs: [(descriptor: Descriptor, bytes: [UInt8])] = []
    var index: Descriptor

    /// Made once: hashing takes its time in a debug build.
    static let shared = TestImage()

    private init() {
        var documents: [(descriptor: Descriptor, bytes: [UInt8])] = []
        var blobs: [(descriptor: Descriptor, bytes: [UInt8])] = []
        func add(_ bytes: [UInt8], _ type: MediaType) -> Descriptor {
            let descriptor = Descriptor(mediaType: type, content: bytes)
            blobs.append((descriptor, bytes))
            return descriptor
        }
        var manifests: [Descriptor] = []
        for architecture in ["amd64", "arm64"] {
            let platform = Platform(os: "linux", architecture: architecture)
            // Large enough to arrive in several pieces.
            let layer = add(
                (0..<300_000).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
                    + Array(architecture.utf8), .ociLayer)
            var configuration = ImageConfiguration(platform: platform)
            configuration.diffIDs = [layer.digest]
            let manifest = ImageManifest(
                configuration: add(configuration.encoded(), .ociConfiguration), layers: [layer])
            let descriptor = manifest.descriptor(platform: platform)
            documents.append((descriptor, manifest.encoded()))
            manifests.append(descriptor)
        }
        let index = ImageIndex(manifests: manifests).encoded()
        self.index = Descriptor(mediaType: .ociIndex, content: index)
        documents.append((self.index, index))
        self.documents = documents
        self.blobs = blobs
    }

    /// What an honest registry answers; the index has the tag `1`.
    func reply(to request: TestServer.Request) -> TestServer.Reply {
        if request.path == "/v2/" { return .text("{}") }
        for (descriptor, bytes) in documents {
            let names = [descriptor.digest.description] + (descriptor == index ? ["1"] : [])
            if names.contains(where: { request.path == "/v2/\(repository)/manifests/\($0)" }) {
                return TestServer.Reply(
                    headers: [
                        ("Content-Type", descriptor.mediaType.rawValue),
                        ("Docker-Content-Digest", descriptor.digest.description),
                    ], body: bytes)
            }
        }
        for (descriptor, bytes) in blobs where request.path == "/v2/\(repository)/blobs/\(descriptor.digest)" {
            return TestServer.Reply(headers: [("Content-Type", "application/octet-stream")], body: bytes)
        }
        return .text(#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#, status: 404)
    }

    /// The path of the layer for amd64.
    var layerPath: String { "/v2/\(repository)/blobs/\(blobs[0].descriptor.digest)" }
}

/// A client that does not wait long, and a store, both fresh.
struct TestBench: Sendable {
    let directory: TemporaryDirectory
    let client: RegistryClient
    let store: ContentStore

    init(_ change: (inout RegistryConfiguration) throws -> Void = { _ in }) throws {
        directory = try TemporaryDirectory()
        var configuration = RegistryConfiguration()
        configuration.http.retries = RetryPolicy(
            maximumAttempts: 3, baseDelay: .milliseconds(2), maximumDelay: .milliseconds(4),
            maximumRetryAfter: .seconds(2))
        // The machine that runs the tests may be busy with other things.
        configuration.http.connectTimeout = .seconds(60)
        configuration.http.readTimeout = .seconds(60)
        try change(&configuration)
        client = RegistryClient(configuration)
        store = try ContentStore.open(root: directory.path.appending("store"))
    }

    static let amd64 = Platform(os: "linux", architecture: "amd64")

    func pull(_ reference: String) async throws -> PulledImage {
        try await client.pull(ImageReference(parsing: reference), platform: Self.amd64, into: store)
    }
}
