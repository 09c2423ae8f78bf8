import Testing

@testable import HTTP

@Suite struct NetworkAddressTests {
    @Test(arguments: [
        ("1.2.3.4", [1, 2, 3, 4]),
        ("::", [UInt8](repeating: 0, count: 16)),
        ("::1", [UInt8](repeating: 0, count: 15) + [1]),
        ("1::", [0, 1] + [UInt8](repeating: 0, count: 14)),
        ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
        ("::ffff:1.2.3.4", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4]),
        ("fe80::ABCD", [254, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xAB, 0xCD]),
    ])
    func reads(text: String, bytes: [UInt8]) {
        #expect(NetworkAddress(text)?.bytes == bytes)
    }

    @Test(arguments: [
        "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.+4", "1..2.3", "0x1.2.3.4", "1.2.3.4444", "a.b.c.d", ":",
        ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "+1::", "1.2.3.4::", "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4", String(repeating: ":", count: 100_000), "localhost",
    ])
    func rejects(text: String) {
        #expect(NetworkAddress(text) == nil)
    }
}

@Suite struct ProxySettingsTests {
    struct Example: Sendable {
        var noProxy: String
        var host: String
        var port = 443
        var isProxied: Bool
    }

    @Test(arguments: [
        Example(noProxy: "", host: "ghcr.io", isProxied: true),
        Example(noProxy: "", host: "localhost", isProxied: false),
        Example(noProxy: "", host: "127.9.9.9", isProxied: false),
        Example(noProxy: "", host: "::1", isProxied: false),
        Example(noProxy: "*", host: "ghcr.io", isProxied: false),
        Example(noProxy: "a,ghcr.io", host: "ghcr.io", isProxied: false),
        Example(noProxy: "GHCR.io", host: "ghcr.IO", isProxied: false),
        Example(noProxy: "example.com", host: "r.example.com", isProxied: false),
        Example(noProxy: "example.com", host: "notexample.com", isProxied: true),
        Example(noProxy: ".example.com", host: "r.example.com", isProxied: false),
        Example(noProxy: ".example.com", host: "example.com", isProxied: true),
        Example(noProxy: "*.example.com", host: "r.example.com", isProxied: false),
        Example(noProxy: "ghcr.io:5000", host: "ghcr.io", isProxied: true),
        Example(noProxy: "ghcr.io:5000", host: "ghcr.io", port: 5000, isProxied: false),
        Example(noProxy: "10.0.0.0/8", host: "10.200.3.4", isProxied: false),
        Example(noProxy: "10.0.0.0/8", host: "11.0.0.1", isProxied: true),
        Example(noProxy: "192.168.3.128/25", host: "192.168.3.127", isProxied: true),
        Example(noProxy: "fd00::/8", host: "fd12::1", isProxied: false),
        Example(noProxy: "0.0.0.0/0", host: "8.8.8.8", isProxied: false),
        Example(noProxy: "10.1.1.1", host: "10.1.1.1", isProxied: false),
        Example(noProxy: "10.1.1.1:80", host: "10.1.1.1", isProxied: true),
        Example(noProxy: "[fd00::1]:443", host: "fd00::1", isProxied: false),
        Example(noProxy: " a , ghcr.io ", host: "ghcr.io", isProxied: false),
        // What is no exception excepts nothing.
        Example(noProxy: "10.0.0.0/99,/8,10.0.0.0/-1,,:,[", host: "10.0.0.1", isProxied: true),
    ])
    func excepts(example: Example) throws {
        let settings = try ProxySettings(environment: [
            "https_proxy": "http://proxy.example:3128", "NO_PROXY": example.noProxy,
        ])
        let proxy = settings.proxy(host: example.host, port: example.port, plainHTTP: false)
        #expect((proxy != nil) == example.isProxied)
    }

    @Test func readsProxies() throws {
        func proxy(_ environment: [String: String], plainHTTP: Bool = false) throws -> ProxySettings.Proxy? {
            try ProxySettings(environment: environment).proxy(host: "ghcr.io", port: 443, plainHTTP: plainHTTP)
        }
        #expect(try proxy([:]) == nil)
        #expect(try proxy(["HTTPS_PROXY": ""]) == nil)
        #expect(try proxy(["HTTPS_PROXY": "p:8080"]) == .init(kind: .http, host: "p", port: 8080))
        #expect(try proxy(["HTTPS_PROXY": "http://p"]) == .init(kind: .http, host: "p", port: 80))
        #expect(try proxy(["ALL_PROXY": "socks5://p"]) == .init(kind: .socks5, host: "p", port: 1080))
        #expect(
            try proxy(["https_proxy": "http://ada:s%40crt@[::2]:1"])
                == .init(kind: .http, host: "::2", port: 1, username: "ada", password: Secret("s@crt")))
        #expect(try proxy(["HTTP_PROXY": "http://p"]) == nil)
        #expect(try proxy(["HTTP_PROXY": "http://p"], plainHTTP: true) != nil)
        #expect(try proxy(["HTTP_PROXY": "http://p", "REQUEST_METHOD": "GET"], plainHTTP: true) == nil)
    }

    @Test(arguments: [
        "https://u:s3cret@p", "ftp://u:s3cret@p", "http://", "http://u:s3cret@p:x", "socks5://u:s3cret@p", "::",
    ])
    func rejects(proxy: String) {
        let error = #expect(throws: TransferError.self) { try ProxySettings(environment: ["HTTPS_PROXY": proxy]) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("HTTPS_PROXY") == true)
        #expect(error?.message.contains("s3cret") == false)
    }
}
