import ContentStore
import HTTP
import LoopbackServer
import OCI
import Synchronization
import Testing

@testable import Registry

/// Pushes to registries that refuse, forget, stumble or lie.
struct LyingPushTests {
    /// What is answered instead of the honest reply; nil for that. `number` counts the requests of the same method and
    /// kind, from 1.
    typealias Lie =
        @Sendable (_ request: TestServer.Request, _ number: Int, _ registry: WritableRegistry) -> TestServer.Reply?

    struct Result {
        var error: RegistryError?
        var report: PushReport?
        var requests: [TestServer.Request]
        var received: Int
        var hasTag: Bool
    }

    private static let size = 3 << 20

    /// Pushes an image with a layer of 3 MiB.
    private func push(
        to registry: WritableRegistry = WritableRegistry(), uploadTimeout: Duration = .seconds(600),
        lying lie: @escaping Lie
    ) async throws -> Result {
        let counts = Mutex<[String: Int]>([:])
        let handler: TestServer.Handler = { request in
            let kind =
                request.path.contains("uploads") ? "uploads" : request.path.contains("blobs") ? "blobs" : "manifests"
            let number = counts.withLock { counts in
                counts["\(request.method) \(kind)", default: 0] += 1
                return counts["\(request.method) \(kind)"] ?? 0
            }
            return lie(request, number, registry) ?? registry.reply(to: request)
        }
        return try await TestServer.run(handler) { server in
            let bench = try TestBench { $0.http.uploadTimeout = uploadTimeout }
            let layer = try bench.store.put(
                Array(repeating: UInt8(ascii: "a"), count: Self.size), mediaType: .ociLayer)
            var configuration = ImageConfiguration(platform: TestBench.amd64)
            configuration.diffIDs = [layer.digest]
            let config = try bench.store.put(configuration.encoded(), mediaType: .ociConfiguration)
            let manifest = try bench.store.put(
                ImageManifest(configuration: config, layers: [layer]).encoded(), mediaType: .ociManifest)
            let name = try ImageReference(parsing: "\(server.registry)/team/app:1")
            let content = PushContent(bench.store) { blob throws(RegistryError) in
                throw RegistryError(.store, "\(blob.digest) is missing")
            }
            var result = Result(requests: [], received: 0, hasTag: false)
            do throws(RegistryError) {
                result.report = try await bench.client.push(manifest, as: [name], from: content).first
            } catch { result.error = error }
            await bench.client.shutdown()
            result.requests = server.requests
            registry.state.withLock {
                result.received = $0.received
                result.hasTag = $0.manifests["1"] != nil
            }
            return result
        }
    }

    @Test func anHonestRegistry() async throws {
        let result = try await push { _, _, _ in nil }
        #expect(result.error == nil)
        #expect(result.report?.uploaded.count == 2)
        #expect(result.hasTag)
        // Nobody asks for what nobody needs.
        #expect(result.requests.count { $0.method == "GET" && $0.path != "/v2/" } == 0)
    }

    /// The first PATCH breaks after two thirds: only the last third is sent again.
    @Test func goesOnWhereItWasBroken() async throws {
        let result = try await push { request, number, registry in
            guard request.method == "PATCH", number == 1 else { return nil }
            registry.takePart(of: request, bytes: 2 << 20)
            return .text("", status: 503)
        }
        #expect(result.error == nil, "\(String(describing: result.error))")
        #expect(result.hasTag)
        let pieces = result.requests.filter { $0.method == "PATCH" }.map { $0.headers["content-range"] }
        #expect(pieces == ["0-3145727", "2097152-3145727"])
        #expect(result.received < Self.size + 2000)
    }

    @Test func aSessionThatIsForgottenBeginsAnew() async throws {
        let result = try await push { request, number, _ in
            request.method == "PATCH" && number == 1 ? .text("", status: 404) : nil
        }
        #expect(result.error == nil, "\(String(describing: result.error))")
        #expect(result.requests.count { $0.method == "POST" } == 3)
    }

    @Test func theAnswerToTheLastRequestIsLost() async throws {
        let result = try await push { request, number, registry in
            guard request.method == "PUT", request.path.contains("uploads"), number == 1 else { return nil }
            _ = registry.reply(to: request)
            return .text("", status: 502)
        }
        #expect(result.error == nil, "\(String(describing: result.error))")
        #expect(result.hasTag)
        #expect(result.received < Self.size + 2000)
    }

    /// A registry may take long to put a blob where it belongs, and a line may be slow: what is sent to be kept has a time
    /// limit of its own, and a longer one. Seen the other way round, since a busy machine may hold up an answer but
    /// never makes one come early: with a short limit of that kind, uploads alone are given up.
    @Test func uploadsHaveATimeLimitOfTheirOwn() async throws {
        #expect(HTTPConfiguration().uploadTimeout >= HTTPConfiguration().readTimeout * 10)
        let result = try await push(uploadTimeout: .milliseconds(500)) { request, _, registry in
            var reply = registry.reply(to: request)
            let isUpload = request.path.contains("uploads") && (request.method == "PATCH" || request.method == "PUT")
            reply.delay = isUpload ? 20_000 : request.method == "HEAD" ? 700 : 0
            return reply
        }
        func count(_ method: String, _ part: String) -> Int {
            result.requests.count { $0.method == method && $0.path.contains(part) }
        }
        // The upload was given up, and the registry asked how much of it it has.
        #expect(count("GET", "/uploads/") >= 1)
        // What is only asked was waited for.
        #expect(count("HEAD", "/manifests/") == 1)
    }

    @Test func waitsAsLongAsItIsAskedTo() async throws {
        let start = ContinuousClock.now
        let result = try await push { request, number, _ in
            guard request.method == "POST", number == 1 else { return nil }
            return .text("", status: 429, ("Retry-After", "1"))
        }
        #expect(result.error == nil)
        #expect(ContinuousClock.now - start >= .seconds(1))
    }

    /// One clear error each, and no tag for an image that is not whole.
    @Test(arguments: [
        ("POST", "", 403, TransferError.Code.denied, "denies access"), ("POST", "", 404, .notFound, "not found"),
        ("POST", "", 500, .unavailable, "status 500"), ("POST", "", 200, .invalidResponse, "status 200"),
        ("PATCH", "", 403, .denied, "denies access"), ("PATCH", "", 400, .invalidResponse, "status 400"),
        ("PATCH", "", 404, .notFound, "not found"), ("PATCH", "", 500, .unavailable, "status 500"),
        ("PATCH", "", 413, .invalidResponse, "status 413"), ("PUT", "uploads", 400, .invalidResponse, "status 400"),
        ("PUT", "uploads", 500, .unavailable, "status 500"), ("PUT", "manifests", 400, .invalidResponse, "bad"),
        ("PUT", "manifests", 403, .denied, "bad"), ("PUT", "manifests", 429, .rateLimited, "limits the number"),
        ("HEAD", "blobs", 403, .denied, "denies access"), ("HEAD", "blobs", 500, .unavailable, "status 500"),
    ])
    func refusals(method: String, part: String, status: Int, code: TransferError.Code, text: String) async throws {
        let result = try await push { request, _, _ in
            guard request.method == method, part.isEmpty || request.path.contains(part) else { return nil }
            // What a HEAD is answered with has no body.
            return .text(
                method == "HEAD" ? "" : #"{"errors":[{"code":"DENIED","message":"bad"}]}"#, status: status)
        }
        #expect(result.error?.code == code, "\(String(describing: result.error))")
        #expect(result.error?.message.contains(text) == true, "\(String(describing: result.error))")
        #expect(!result.hasTag)
    }

    @Test(arguments: [
        [], [("Location", "")], [("Location", "ftp://127.0.0.1/x")], [("Location", "http://user:word@127.0.0.1/x")],
        [("Location", "http://127.0.0.1:99999/x")], [("Location", String(repeating: "x", count: 20_000))],
    ])
    func placesThatAreNone(headers: [(String, String)]) async throws {
        let result = try await push { request, _, _ in
            request.method == "POST" ? TestServer.Reply(status: 202, headers: headers) : nil
        }
        #expect(
            [.invalidResponse, .connectionLost].contains(result.error?.code), "\(String(describing: result.error))")
        #expect(result.error?.message.contains("word") != true)
        #expect(!result.hasTag)
    }

    @Test func otherBytesThanWereSent() async throws {
        let result = try await push { request, _, _ in
            guard request.method == "PUT", request.path.contains("manifests") else { return nil }
            let other = "sha256:" + String(repeating: "0", count: 64)
            return TestServer.Reply(status: 201, headers: [("Docker-Content-Digest", other)])
        }
        #expect(result.error?.code == .digestMismatch)
    }

    /// It says that it has more than it was sent, or never takes anything.
    @Test(arguments: ["0-99999999", "0-0"])
    func impossibleRanges(range: String) async throws {
        let result = try await push { request, _, _ in
            guard request.method == "PATCH" else { return nil }
            return TestServer.Reply(status: 202, headers: [("Location", request.path), ("Range", range)])
        }
        #expect(result.error?.code == .invalidResponse)
        #expect(!result.hasTag)
    }
}
