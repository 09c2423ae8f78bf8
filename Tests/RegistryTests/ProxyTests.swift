import HTTP
import LoopbackServer
import Testing

@testable import Registry

/// Requests through a proxy. It is asked for a registry that does not exist and refuses, as the proxies of companies do.
@Suite struct ProxyTests {
    @Test(arguments: [
        (407, "cannot reach registry.invalid: the proxy wants a user name and password (by proxy 127.0.0.1)"),
        (403, "cannot reach registry.invalid: the proxy refuses (by proxy 127.0.0.1)"),
    ])
    func asksTheProxy(status: Int, message: String) async throws {
        try await TestServer.run({ _ in .text("", status: status) }) { proxy in
            let bench = try TestBench {
                $0.http.proxies = try ProxySettings(environment: ["HTTPS_PROXY": "http://ada:s3cret@\(proxy.registry)"])
            }
            let error = await #expect(throws: RegistryError.self) { try await bench.pull("registry.invalid/a") }
            #expect(error?.code == .unreachable)
            #expect(error?.message == message)
            #expect(proxy.requests.map(\.method) == ["CONNECT"])
            #expect(proxy.requests.first?.target == "registry.invalid:443")
            #expect(proxy.requests.first?.headers["proxy-authorization"] == "Basic YWRhOnMzY3JldA==")
            await bench.client.shutdown()
        }
    }

    @Test func saysWhichProxyIsNotThere() async throws {
        let proxy = try await TestServer.run({ _ in .text("") }) { $0.registry }
        let bench = try TestBench {
            $0.http.proxies = try ProxySettings(environment: ["HTTPS_PROXY": proxy])
        }
        let error = await #expect(throws: RegistryError.self) { try await bench.pull("registry.invalid/a") }
        #expect(error?.code == .unreachable)
        #expect(error?.message == "cannot reach registry.invalid: Connection refused (by proxy 127.0.0.1)")
        await bench.client.shutdown()
    }
}
