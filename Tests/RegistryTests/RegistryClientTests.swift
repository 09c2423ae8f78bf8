import ContentStore
import HTTP
import LoopbackServer
import OCI
import Synchronization
import Testing

@testable import Registry

@Suite struct RegistryClientTests {
    @Test func pullsDocumentsFirstAndLayersOnDemand() async throws {
        let image = TestImage.shared
        try await TestServer.run({ image.reply(to: $0) }) { server in
            let bench = try TestBench()
            let pulled = try await bench.pull("\(server.registry)/team/app:1")
            #expect(pulled.descriptor == image.index)
            #expect(pulled.image.descriptor.digest == image.documents[0].descriptor.digest)
            #expect(pulled.image.manifest.layers == [image.blobs[0].descriptor])
            #expect(server.count("GET", image.layerPath) == 0)

            let progress = Progress()
            try await bench.client.fetchBlobs(pulled.image.manifest.layers, of: pulled.reference, into: bench.store) {
                progress.note($0, $1)
            }
            #expect(try bench.store.read(image.blobs[0].descriptor.digest) == image.blobs[0].bytes)
            #expect(progress.last == Int64(image.blobs[0].bytes.count))
            #expect(progress.isIncreasing)

            // The second time there is one question: what does the tag mean now?
            let before = server.requests.count
            _ = try await bench.pull("\(server.registry)/team/app:1")
            try await bench.client.fetchBlobs(pulled.image.manifest.layers, of: pulled.reference, into: bench.store)
            #expect(server.requests.count == before + 1)
            // And with a digest there is none.
            _ = try await bench.pull("\(server.registry)/team/app@\(image.index.digest)")
            #expect(server.requests.count == before + 1)
            await bench.client.shutdown()
        }
    }

    final class Progress: Sendable {
        private let values = Mutex<[Int64]>([])
        func note(_ descriptor: Descriptor, _ count: Int64) { values.withLock { $0.append(count) } }
        var last: Int64? { values.withLock { $0.last } }
        var isIncreasing: Bool { values.withLock { zip($0, $0.dropFirst()).allSatisfy { $0 < $1 } } }
    }

    @Test func fetchesABlobOnceForTwo() async throws {
        let image = TestImage.shared
        try await TestServer.run({ image.reply(to: $0) }) { server in
            let bench = try TestBench()
            let pulled = try await bench.pull("\(server.registry)/team/app:1")
            async let first: Void = bench.client.fetchBlobs(
                pulled.image.manifest.layers, of: pulled.reference, into: bench.store)
            async let second: Void = bench.client.fetchBlobs(
                pulled.image.manifest.layers, of: pulled.reference, into: bench.store)
            _ = try await (first, second)
            #expect(server.count("GET", image.layerPath) == 1)
            await bench.client.shutdown()
        }
    }

    @Test func resolvesWithoutAStore() async throws {
        let image = TestImage.shared
        try await TestServer.run({ image.reply(to: $0) }) { server in
            let bench = try TestBench()
            let reference = try ImageReference(parsing: "\(server.registry)/team/app:1")
            let manifest = try await bench.client.resolve(reference)
            #expect(manifest.descriptor == image.index)
            #expect(manifest.bytes == image.documents[2].bytes)
            await bench.client.shutdown()
        }
    }

    @Test func namesTheOfferedPlatforms() async throws {
        let image = TestImage.shared
        try await TestServer.run({ image.reply(to: $0) }) { server in
            let bench = try TestBench()
            let reference = try ImageReference(parsing: "\(server.registry)/team/app:1")
            let error = await #expect(throws: RegistryError.self) {
                try await bench.client.pull(
                    reference, platform: Platform(os: "linux", architecture: "s390x"), into: bench.store)
            }
            #expect(error?.code == .platformNotFound)
            #expect(error?.message.contains("linux/amd64, linux/arm64") == true)
            await bench.client.shutdown()
        }
    }

    @Test func worksWithoutHead() async throws {
        let image = TestImage.shared
        let handler: TestServer.Handler = { request in
            request.method == "HEAD" ? .text("", status: 405) : image.reply(to: request)
        }
        try await TestServer.run(handler) { server in
            let bench = try TestBench()
            let pulled = try await bench.pull("\(server.registry)/team/app:1")
            #expect(pulled.descriptor == image.index)
            await bench.client.shutdown()
        }
    }

    @Test func saysWhatIsNotThere() async throws {
        let image = TestImage.shared
        try await TestServer.run({ image.reply(to: $0) }) { server in
            let bench = try TestBench()
            let error = await #expect(throws: RegistryError.self) {
                try await bench.pull("\(server.registry)/team/app:2")
            }
            #expect(error?.code == .notFound)
            #expect(
                error?.message == "\(server.registry)/team/app:2 not found on 127.0.0.1: manifest unknown")
            await bench.client.shutdown()
        }
    }

    // MARK: No network

    @Test func saysThatANameDoesNotResolve() async throws {
        let bench = try TestBench()
        let error = await #expect(throws: RegistryError.self) { try await bench.pull("registry.invalid/a") }
        #expect(error?.code == .unreachable)
        #expect(error?.message.hasPrefix("cannot reach registry.invalid: the name does not resolve") == true)
        await bench.client.shutdown()
    }

    @Test func saysThatNobodyListens() async throws {
        // A port that was free a moment ago.
        let port = try await TestServer.run({ _ in .text("") }) { $0.port }
        let bench = try TestBench()
        let error = await #expect(throws: RegistryError.self) { try await bench.pull("127.0.0.1:\(port)/a") }
        #expect(error?.code == .unreachable)
        #expect(error?.message == "cannot reach 127.0.0.1: Connection refused")
        await bench.client.shutdown()
    }

    @Test func endsWhenItIsCanceled() async throws {
        let handler: TestServer.Handler = { request in
            request.path == "/v2/" ? .text("{}") : .text("", status: 503, ("Retry-After", "2"))
        }
        try await TestServer.run(handler) { server in
            let bench = try TestBench()
            let task = Task { try await bench.pull("\(server.registry)/team/app:1") }
            while server.requests.count < 2 { await Task.yield() }
            task.cancel()
            let error = await #expect(throws: RegistryError.self) { try await task.value }
            #expect(error?.code == .canceled)
            await bench.client.shutdown()
        }
    }
}
