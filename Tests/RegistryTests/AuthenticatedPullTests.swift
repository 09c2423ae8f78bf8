import ContentStore
import FileSystem
import HTTP
import LoopbackServer
import OCI
import SystemPackage
import Testing

@testable import Registry

/// Whole pulls from registries that want to know who asks.
@Suite struct AuthenticatedPullTests {
    /// A registry and its token service in one, for the user ada with the password s3cret.
    static func tokenRegistry(_ image: TestImage, isPublic: Bool, lifetime: Int = 300) -> TestServer.Handler {
        { request in
            let user = "Basic YWRhOnMzY3JldA=="
            if request.path == "/token" {
                let authorization = request.headers["authorization"]
                guard authorization == user || (isPublic && authorization == nil) else {
                    return .text(#"{"details":"incorrect username or password"}"#, status: 401)
                }
                return .text(#"{"token":"t0ken","expires_in":\#(lifetime)}"#)
            }
            if request.path == "/v2/" { return .text("{}") }
            guard request.headers["authorization"] == "Bearer t0ken" else {
                let host = request.headers["host"] ?? ""
                return .text(
                    "{}", status: 401,
                    (
                        "WWW-Authenticate",
                        #"Bearer realm="http://\#(host)/token",service="s",scope="repository:team/app:pull""#
                    ))
            }
            return image.reply(to: request)
        }
    }

    /// Runs `body` with a bench whose user has logged in to `server`.
    func loggedIn(
        to server: TestServer, auth: String, _ body: (TestBench) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        try AtomicFile.write(
            Array(#"{"auths":{"\#(server.registry)":{"auth":"\#(auth)"}}}"#.utf8),
            to: directory.path.appending("config.json"))
        let bench = try TestBench {
            $0.credentials = CredentialStore(environment: ["DOCKER_CONFIG": directory.path.string])
        }
        try await body(bench)
        await bench.client.shutdown()
        withExtendedLifetime(directory) {}
    }

    func refused(_ bench: TestBench, _ server: TestServer) async -> RegistryError? {
        let error = await #expect(throws: RegistryError.self) {
            try await bench.pull("\(server.registry)/team/app:1")
        }
        #expect(error.map { !"\($0) \($0.cause.debugDescription)".contains("s3cret") } == true)
        return error
    }

    @Test func oneTokenForAWholePull() async throws {
        let image = TestImage.shared
        try await TestServer.run(Self.tokenRegistry(image, isPublic: true)) { server in
            let bench = try TestBench()
            let pulled = try await bench.pull("\(server.registry)/team/app:1")
            try await bench.client.fetchBlobs(pulled.image.manifest.layers, of: pulled.reference, into: bench.store)
            _ = try await bench.pull("\(server.registry)/team/app:1")
            #expect(server.count("GET", "/token") == 1)
            #expect(
                server.requests.first { $0.path == "/token" }?.target
                    == "/token?client_id=slipway&service=s&scope=repository%3Ateam%2Fapp%3Apull")
            await bench.client.shutdown()
        }
    }

    @Test func manyRequestsAwaitOneToken() async throws {
        let image = TestImage.shared
        try await TestServer.run(Self.tokenRegistry(image, isPublic: true)) { server in
            let bench = try TestBench()
            let reference = try ImageReference(parsing: "\(server.registry)/team/app:1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await bench.client.resolve(reference) } }
                try await group.waitForAll()
            }
            #expect(server.count("GET", "/token") == 1)
            await bench.client.shutdown()
        }
    }

    @Test func tokenForAPassword() async throws {
        let image = TestImage.shared
        try await TestServer.run(Self.tokenRegistry(image, isPublic: false)) { server in
            try await loggedIn(to: server, auth: "YWRhOnMzY3JldA==") { bench in
                let pulled = try await bench.pull("\(server.registry)/team/app:1")
                #expect(pulled.descriptor == image.index)
                // The password goes to the token service only.
                for request in server.requests where request.path != "/token" {
                    #expect(request.headers["authorization"]?.hasPrefix("Basic") != true)
                }
            }
        }
    }

    @Test func tokenForAWrongPassword() async throws {
        let image = TestImage.shared
        try await TestServer.run(Self.tokenRegistry(image, isPublic: false)) { server in
            try await loggedIn(to: server, auth: "YWRhOndyb25nIHMzY3JldA==") { bench in
                let error = await refused(bench, server)
                #expect(error?.code == .unauthorized)
                #expect(error?.message.contains("slipway login \(server.registry)") == true)
                #expect(server.count("GET", "/token") == 1)
            }
        }
    }

    @Test func tokenForNobody() async throws {
        let image = TestImage.shared
        try await TestServer.run(Self.tokenRegistry(image, isPublic: false)) { server in
            let bench = try TestBench()
            let error = await refused(bench, server)
            #expect(error?.code == .unauthorized)
            #expect(error?.message.contains("slipway login \(server.registry)") == true)
            await bench.client.shutdown()
        }
    }

    @Test func aTokenThatIsNeverGoodEnough() async throws {
        let handler: TestServer.Handler = { request in
            switch request.path {
            case "/token": .text(#"{"token":"other"}"#)
            case "/v2/": .text("{}")
            default:
                .text(
                    "{}", status: 401,
                    ("WWW-Authenticate", #"Bearer realm="http://\#(request.headers["host"] ?? "")/token""#))
            }
        }
        try await TestServer.run(handler) { server in
            let bench = try TestBench()
            let error = await refused(bench, server)
            #expect(error?.code == .unauthorized)
            #expect(error?.message.contains("it does not exist, or it needs a login") == true)
            #expect(server.count("GET", "/token") == 1)
            await bench.client.shutdown()
        }
    }

    @Test func redirectsCarryNoCredentials() async throws {
        let image = TestImage.shared
        let registry: TestServer.Handler = { request in
            request.headers["authorization"] == nil
                ? image.reply(to: request) : .text("no credentials here", status: 400)
        }
        try await TestServer.run(registry) { cdn in
            let base = "http://\(cdn.registry)"
            let handler: TestServer.Handler = { request in
                if request.path == "/v2/" { return .text("{}") }
                guard request.headers["authorization"] == "Basic YWRhOnMzY3JldA==" else {
                    return .text("{}", status: 401, ("WWW-Authenticate", "Basic realm=r"))
                }
                guard request.path.contains("/blobs/") else { return image.reply(to: request) }
                // First on the same host, where the credentials must come along, then to another one.
                return request.target.hasSuffix("?moved")
                    ? .text("", status: 307, ("Location", base + request.path))
                    : .text("", status: 308, ("Location", request.path + "?moved"))
            }
            try await TestServer.run(handler) { server in
                try await loggedIn(to: server, auth: "YWRhOnMzY3JldA==") { bench in
                    let pulled = try await bench.pull("\(server.registry)/team/app:1")
                    try await bench.client.fetchBlobs(
                        pulled.image.manifest.layers, of: pulled.reference, into: bench.store)
                    #expect(bench.store.contains(image.blobs[0].descriptor.digest))
                    #expect(cdn.count("GET", image.layerPath) == 1)
                }
            }
        }
    }
}
