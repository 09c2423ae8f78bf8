import OCI
import SystemPackage
import Testing

@testable import slipway

@Suite struct ValueParsingTests {
    private static let environment = ["HOME": "/root", "TOKEN": "t0p", "EMPTY": ""]

    @Test(
        arguments: [
            ("id=a,src=f", "a", .file("f")), ("id=a,source=f", "a", .file("f")), ("id=a,env=TOKEN", "a", .value("t0p")),
            ("id=TOKEN", "TOKEN", .value("t0p")), ("id=nothing", "nothing", .file("nothing")),
            ("type=env,id=TOKEN", "TOKEN", .value("t0p")), ("type=env,id=a,src=TOKEN", "a", .value("t0p")),
            ("type=file,id=TOKEN", "TOKEN", .file("TOKEN")), ("id=a,env=UNSET", "a", .value("")),
            ("id=a,\"src=x,y\"", "a", .file("x,y")),
        ] as [(String, String, SecretSource)])
    func secrets(text: String, id: String, source: SecretSource) throws {
        let secret = try SecretSpecification(parsing: text, environment: Self.environment)
        #expect(secret.id == id)
        switch source {
        case .file(let path): #expect(secret.source == .file(.init(path)))
        case .value(let value): #expect(secret.source == .value(Array(value.utf8)))
        }
    }

    enum SecretSource: Sendable {
        case file(String)
        case value(String)
    }

    @Test(arguments: ["", "src=f", "id=", "id=a,type=socket", "id=a,mode=1", "a"])
    func badSecrets(text: String) {
        #expect(throws: CommandLineError.self) {
            try SecretSpecification(parsing: text, environment: Self.environment)
        }
    }

    @Test func namedContexts() throws {
        let digest = Digest.sha256(of: "x")
        let table: [(String, String, BuildContextSpecification.Source)] = [
            ("src=./dir", "src", .files(.path("./dir"))),
            ("golang:latest=/x", "golang", .files(.path("/x"))),
            ("docker.io/library/golang:1.22=/x", "golang:1.22", .files(.path("/x"))),
            ("a=oci-layout:///base/x", "a", .layout("/base/x", tag: nil, digest: nil)),
            ("a=oci-layout://rel/x:1.2", "a", .layout("rel/x", tag: "1.2", digest: nil)),
            ("a=oci-layout:///p:q/x", "a", .layout("/p:q/x", tag: nil, digest: nil)),
            ("a=oci-layout:///x@\(digest)", "a", .layout("/x", tag: nil, digest: digest)),
            ("a=oci-layout:///x:t@\(digest)", "a", .layout("/x", tag: "t", digest: digest)),
            ("a=docker-image://alpine:3", "a", .image(try ImageReference(parsing: "alpine:3"))),
            ("gcr.io/distroless/static=/a=b", "gcr.io/distroless/static", .files(.path("/a=b"))),
        ]
        for (text, name, source) in table {
            let context = try BuildContextSpecification(parsing: text)
            #expect(context.name == name, "\(text)")
            #expect(context.source == source, "\(text)")
        }
    }

    @Test(arguments: [
        "a", "=x", "a=", "UPPER CASE=x", "a=https://example.com/x.git?nope=1", "a=target:x", "a=docker-image://:",
        "a=oci-layout://", "a=oci-layout:///x:", "a=oci-layout:///x@sha256:12", "a=target:base",
    ])
    func badContexts(text: String) {
        #expect(throws: CommandLineError.self) { try BuildContextSpecification(parsing: text) }
    }

    @Test(arguments: [
        ("nofile=1024", ResourceLimit(name: "nofile", soft: 1024, hard: 1024)),
        ("nofile=10:20", ResourceLimit(name: "nofile", soft: 10, hard: 20)),
        ("core=-1", ResourceLimit(name: "core", soft: -1, hard: -1)),
        ("core=5:-1", ResourceLimit(name: "core", soft: 5, hard: -1)),
    ])
    func limits(text: String, expected: ResourceLimit) throws {
        #expect(try ResourceLimit(parsing: text) == expected)
    }

    @Test(arguments: [
        "nofile", "bogus=1", "nofile=", "nofile=a", "nofile=20:10", "nofile=-1:10", "nofile=-5", "nofile=1:2:3",
    ])
    func badLimits(text: String) {
        #expect(throws: CommandLineError.self) { try ResourceLimit(parsing: text) }
    }

    @Test(arguments: [
        ("a:1.2.3.4", ExtraHost(name: "a", address: "1.2.3.4")),
        ("a=1.2.3.4", ExtraHost(name: "a", address: "1.2.3.4")),
        ("a:::1", ExtraHost(name: "a", address: "::1")), ("a=[fe80::1]", ExtraHost(name: "a", address: "fe80::1")),
        ("a=2001:DB8:0:0::1", ExtraHost(name: "a", address: "2001:db8::1")),
        ("a=::ffff:1.2.3.4", ExtraHost(name: "a", address: "1.2.3.4")),
        ("a:host-gateway", ExtraHost(name: "a", address: "127.0.0.1")),
    ])
    func hosts(text: String, expected: ExtraHost) throws {
        #expect(try ExtraHost(parsing: text) == expected)
    }

    @Test(arguments: ["a", ":1.2.3.4", "a:", "a:b", "a b:1.2.3.4", "a\nb=1.2.3.4", "a=1.2.3.4.5"])
    func badHosts(text: String) {
        #expect(throws: CommandLineError.self) { try ExtraHost(parsing: text) }
    }

    @Test(
        arguments: [
            ("64", 64), ("64b", 64), ("1k", 1024), ("64m", 67_108_864), ("64MiB", 67_108_864), ("1.5g", 1_610_612_736),
            ("2 GB", 2_147_483_648), ("0", 0),
        ] as [(String, UInt64)])
    func sizes(text: String, expected: UInt64) throws {
        #expect(try MemorySize.parse(text, flag: "--shm-size") == expected)
    }

    @Test(arguments: ["", "m", "-1", "1x", "1.2.3", "9999999999p", "1e3", "nan", "inf"])
    func badSizes(text: String) {
        #expect(throws: CommandLineError.self) { try MemorySize.parse(text, flag: "--shm-size") }
    }

    @Test func keysAndValues() throws {
        let parsed = try KeyValue.parse(
            ["A=1", "HOME", "UNSET", "B==x", "EMPTY", "A=2"], flag: "--build-arg", environment: Self.environment)
        #expect(parsed.map { "\($0.key)=\($0.value)" } == ["A=2", "HOME=/root", "B==x", "EMPTY="])
        #expect(try KeyValue.parse(["K"], flag: "--label", environment: nil) == [KeyValue(key: "K", value: "")])
        #expect(throws: CommandLineError.self) { try KeyValue.parse(["=x"], flag: "--label", environment: nil) }
    }
}
