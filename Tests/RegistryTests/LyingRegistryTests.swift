import ContentStore
import HTTP
import LoopbackServer
import OCI
import Synchronization
import Testing

@testable import Registry

/// Registries that lie, break off, stall or send in circles.
@Suite struct LyingRegistryTests {
    /// Changes the answers of an honest registry; `number` counts the requests for the layer, from 1.
    typealias Lie =
        @Sendable (_ request: TestServer.Request, _ number: Int, _ honest: TestServer.Reply) -> TestServer.Reply

    final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock {
                $0 += 1
                return $0
            }
        }
    }

    /// Pulls the image with its layers from a registry that lies about the layer.
    func pull(
        readTimeout: Duration = .seconds(60), lying lie: @escaping Lie
    ) async throws -> (error: RegistryError?, attempts: Int, isStored: Bool) {
        let image = TestImage.shared
        let counter = Counter()
        let handler: TestServer.Handler = { request in
            let honest = image.reply(to: request)
            return request.path == image.layerPath ? lie(request, counter.next(), honest) : honest
        }
        return try await TestServer.run(handler) { server in
            let bench = try TestBench { $0.http.readTimeout = readTimeout }
            let pulled = try await bench.pull("\(server.registry)/team/app:1")
            var failure: RegistryError?
            do throws(RegistryError) {
                try await bench.client.fetchBlobs(pulled.image.manifest.layers, of: pulled.reference, into: bench.store)
            } catch { failure = error }
            await bench.client.shutdown()
            return (
                failure, server.count("GET", image.layerPath),
                bench.store.contains(image.blobs[0].descriptor.digest)
            )
        }
    }

    @Test func wrongBytes() async throws {
        let result = try await pull { _, _, honest in
            var lie = honest
            lie.body[7] ^= 1
            return lie
        }
        #expect(result.error?.code == .digestMismatch)
        #expect(result.attempts == 1)
        #expect(!result.isStored)
    }

    @Test func tooManyBytes() async throws {
        let result = try await pull { _, _, honest in
            var lie = honest
            lie.body.append(0)
            return lie
        }
        #expect(result.error?.code == .digestMismatch)
        #expect(!result.isStored)
    }

    @Test func endlessBytes() async throws {
        let result = try await pull { _, _, honest in
            TestServer.Reply(body: honest.body + [UInt8](repeating: 0, count: 4 << 20), isChunked: true)
        }
        #expect(result.error?.code == .digestMismatch)
        #expect(!result.isStored)
    }

    @Test func tooFewBytes() async throws {
        let result = try await pull { _, _, honest in
            TestServer.Reply(body: honest.body.dropLast(), isChunked: true)
        }
        #expect(result.error?.code == .digestMismatch)
        #expect(!result.isStored)
    }

    @Test func aBrokenConnectionIsTriedAgain() async throws {
        let result = try await pull { _, number, honest in
            var lie = honest
            if number < 3 { lie.breakAfter = 100_000 }
            return lie
        }
        #expect(result.error == nil)
        #expect(result.attempts == 3)
        #expect(result.isStored)
    }

    @Test func aConnectionThatAlwaysBreaks() async throws {
        let result = try await pull { _, _, honest in
            var lie = honest
            lie.breakAfter = 100_000
            return lie
        }
        #expect(result.error?.code == .connectionLost)
        // An attempt that got a few bytes further than any before counts as the first; that can happen only so often.
        #expect((3..<12).contains(result.attempts))
        #expect(!result.isStored)
    }

    @Test func aConnectionThatStalls() async throws {
        let result = try await pull(readTimeout: .seconds(3)) { _, number, honest in
            var lie = honest
            lie.breakAfter = number == 1 ? 100_000 : nil
            lie.stalls = number == 1
            return lie
        }
        #expect(result.error == nil)
        #expect(result.attempts == 2)
    }

    @Test(arguments: [429, 500, 502, 503, 504])
    func aPassingFailureIsTriedAgain(status: Int) async throws {
        let result = try await pull { _, number, honest in
            number < 3 ? .text("{}", status: status, ("Retry-After", "0")) : honest
        }
        #expect(result.error == nil)
        #expect(result.attempts == 3)
    }

    @Test func aRateLimitThatTakesTooLong() async throws {
        let result = try await pull { _, _, _ in
            .text(
                #"{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached\u001b[31m your pull rate limit"}]}"#,
                status: 429, ("Retry-After", "3600"))
        }
        #expect(result.error?.code == .rateLimited)
        #expect(
            result.error?.message
                == "127.0.0.1 limits the number of requests: You have reached[31m your pull rate limit")
        #expect(result.attempts == 1)
    }

    @Test(arguments: [400, 403, 404, 418, 501])
    func aFinalFailureIsNotTriedAgain(status: Int) async throws {
        let result = try await pull { _, _, _ in .text("<html>", status: status) }
        #expect(result.error != nil)
        #expect(result.attempts == 1)
    }

    @Test func aRedirectLoop() async throws {
        let result = try await pull { request, _, _ in .text("", status: 307, ("Location", request.target)) }
        #expect(result.error?.code == .invalidResponse)
        #expect(result.error?.message.contains("redirects more than 5 times") == true)
        #expect(result.attempts == 6)
    }

    @Test func aRedirectToNowhere() async throws {
        let result = try await pull { _, _, _ in .text("", status: 307, ("Location", "gopher://x?s3cret")) }
        #expect(result.error?.code == .invalidResponse)
        #expect(result.error?.message.contains("s3cret") == false)
    }

    // MARK: Manifests

    func resolve(_ reply: @escaping @Sendable (TestImage) -> TestServer.Reply) async throws -> RegistryError? {
        let image = TestImage.shared
        let handler: TestServer.Handler = { request in
            request.path == "/v2/team/app/manifests/1" ? reply(image) : image.reply(to: request)
        }
        return try await TestServer.run(handler) { server in
            let bench = try TestBench()
            let reference = try ImageReference(parsing: "\(server.registry)/team/app:1")
            let error = await #expect(throws: RegistryError.self) { try await bench.client.resolve(reference) }
            await bench.client.shutdown()
            return error
        }
    }

    @Test func aHugeManifest() async throws {
        let error = try await resolve { _ in
            TestServer.Reply(body: [UInt8](repeating: 0x20, count: ManifestDocument.maximumSize + 1))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test func aManifestThatClaimsToBeHuge() async throws {
        let error = try await resolve { _ in
            TestServer.Reply(headers: [("Content-Length", "\(Int64.max)")], body: [0x20], breakAfter: 1)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test func aManifestWithAnotherDigest() async throws {
        let error = try await resolve { image in
            TestServer.Reply(
                headers: [("Docker-Content-Digest", image.blobs[0].descriptor.digest.description)],
                body: image.documents[2].bytes)
        }
        #expect(error?.code == .digestMismatch)
    }

    @Test func noManifest() async throws {
        let error = try await resolve { _ in .text("<html>captive portal</html>") }
        #expect(error?.code == .invalidResponse)
    }
}
