import HTTP
import Testing

@testable import Registry

@Suite struct RegistryEndpointTests {
    struct Example: Sendable {
        var registry: String
        var url: String
        var isLoopback = false
    }

    @Test(arguments: [
        Example(registry: "docker.io", url: "https://registry-1.docker.io/v2/"),
        Example(registry: "index.docker.io", url: "https://registry-1.docker.io/v2/"),
        Example(registry: "ghcr.io", url: "https://ghcr.io/v2/"),
        Example(registry: "registry.example:5000", url: "https://registry.example:5000/v2/"),
        Example(registry: "localhost", url: "https://localhost/v2/", isLoopback: true),
        Example(registry: "localhost:5000", url: "https://localhost:5000/v2/", isLoopback: true),
        Example(registry: "127.0.0.1:5000", url: "https://127.0.0.1:5000/v2/", isLoopback: true),
        Example(registry: "127.3.2.1", url: "https://127.3.2.1/v2/", isLoopback: true),
        Example(registry: "[::1]:5000", url: "https://[::1]:5000/v2/", isLoopback: true),
        Example(registry: "[::1]", url: "https://[::1]/v2/", isLoopback: true),
        Example(registry: "[0:0:0:0:0:0:0:1]", url: "https://[0:0:0:0:0:0:0:1]/v2/", isLoopback: true),
        Example(registry: "[fe80::1]:5000", url: "https://[fe80::1]:5000/v2/"),
        // Not this machine, however it looks.
        Example(registry: "127.0.0.1.example", url: "https://127.0.0.1.example/v2/"),
        Example(registry: "localhost.example", url: "https://localhost.example/v2/"),
        Example(registry: "128.0.0.1", url: "https://128.0.0.1/v2/"),
        Example(registry: "127.0.0.999", url: "https://127.0.0.999/v2/"),
    ])
    func answersAt(example: Example) throws {
        let endpoint = try RegistryEndpoint(registry: example.registry)
        #expect(endpoint.name == example.registry)
        #expect(endpoint.url("/v2/", plainHTTP: false) == example.url)
        #expect(endpoint.url("/v2/", plainHTTP: true) == "http" + example.url.dropFirst(5))
        #expect(endpoint.isLoopback == example.isLoopback)
    }

    @Test(arguments: ["", ":5000", "a:", "a:0", "a:65536", "a:b", "a:-1", "[::1", "[::1]x", "[]:5", "a:1:2"])
    func rejects(registry: String) {
        let error = #expect(throws: RegistryError.self) { try RegistryEndpoint(registry: registry) }
        #expect(error?.code == .invalidConfiguration)
    }
}
