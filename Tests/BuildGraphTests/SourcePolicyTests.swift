import Testing

@testable import BuildGraph

/// Cases in the spirit of BuildKit's `sourcepolicy/engine_test.go` and `mutate_test.go`.
@Suite struct SourcePolicyTests {
    private static let busybox = "docker-image://docker.io/library/busybox:latest"
    private static let alpine = "docker-image://docker.io/library/alpine:latest"
    private static let pinned =
        "docker-image://docker.io/library/busybox:latest@sha256:" + String(repeating: "a", count: 64)

    private static func policy(_ rules: String) -> String { "{\"version\": 1, \"rules\": [\(rules)]}" }

    private static func rule(_ action: String, _ identifier: String, _ rest: String = "") -> String {
        "{\"action\": \"\(action)\", \"selector\": {\"identifier\": \"\(identifier)\"\(rest)}}"
    }

    private static func convert(
        _ identifier: String, _ to: String, type: String = "WILDCARD"
    ) -> String {
        "{\"action\": \"CONVERT\", \"selector\": {\"identifier\": \"\(identifier)\", \"matchType\": \"\(type)\"}, "
            + "\"updates\": {\"identifier\": \"\(to)\"}}"
    }

    private func evaluate(_ texts: [String], _ source: SourcePolicy.Source) throws -> SourcePolicy.Source {
        try SourcePolicy.evaluate(try texts.map { try SourcePolicy(parsing: Array($0.utf8)) }, source)
    }

    @Test(
        arguments: [
            ([], busybox, busybox), ([policy("")], busybox, busybox),
            (
                [policy(rule("ALLOW", busybox) + "," + rule("DENY", busybox) + "," + rule("ALLOW", busybox))], busybox,
                busybox
            ),
            ([policy(rule("DENY", "docker-image://*") + "," + rule("ALLOW", alpine))], alpine, alpine),
            ([policy(rule("DENY", "https://*"))], busybox, busybox),
            ([policy(rule("DENY", "busybox"))], busybox, busybox),
            (
                [policy(rule("DENY", "docker-image://docker.io/library/busybox*", ", \"matchType\": \"EXACT\""))],
                busybox, busybox
            ),
            ([policy(convert(busybox, alpine))], busybox, alpine),
            (
                [policy(convert(busybox, alpine) + "," + convert(alpine, "docker-image://x/y:1"))], busybox,
                "docker-image://x/y:1"
            ),
            ([policy(convert(busybox, alpine)), policy(convert(alpine, pinned))], busybox, pinned),
            ([policy(convert(busybox, pinned, type: "EXACT"))], busybox, pinned),
            (
                [
                    policy(
                        convert(
                            "docker-image://docker.io/library/golang:*", "docker-image://fake.io/library/golang:${1}"))
                ],
                "docker-image://docker.io/library/golang:1.19", "docker-image://fake.io/library/golang:1.19"
            ),
            (
                [
                    policy(
                        convert(
                            #"docker\\-image://docker\\.io/library/golang:(.*)"#,
                            "docker-image://fake.io/library/golang:$1", type: "REGEX"))
                ],
                "docker-image://docker.io/library/golang:1.19", "docker-image://fake.io/library/golang:1.19"
            ),
            (
                [policy(convert("*://*/library/*", "$1://mirror/$3$$"))], busybox,
                "docker-image://mirror/busybox:latest$"
            ),
            (
                [policy(convert("docker-image://docker.io/library/busybox:latest*", pinned))],
                pinned.replacing("aaaa", with: "bbbb"), pinned
            ),
            // Numbers of the protocol, and the name of the field in it.
            (
                ["{\"rules\":[{\"action\":1,\"selector\":{\"identifier\":\"busy\",\"match_type\":1}}]}"], busybox,
                busybox
            ),
        ] as [([String], String, String)])
    func becomes(policies: [String], source: String, expected: String) throws {
        #expect(try evaluate(policies, .init(source)).identifier == expected)
    }

    @Test(
        arguments: [
            ([policy(rule("DENY", busybox))], "rule 1, DENY \(busybox)"),
            ([policy(rule("ALLOW", busybox)), policy(rule("DENY", "*"))], "rule 1, DENY *"),
            (
                [policy(rule("ALLOW", busybox) + "," + rule("DENY", "docker-image://*"))],
                "rule 2, DENY docker-image://*"
            ),
            ([policy(rule("DENY", "busybox", ", \"matchType\": \"REGEX\""))], "DENY busybox"),
            // Converted first and denied then.
            (
                [policy(rule("DENY", "docker-image://docker.io/library/alpine:*") + "," + convert(busybox, alpine))],
                "alpine:latest\" denied"
            ),
            ([policy("{\"action\":1,\"selector\":{\"identifier\":\"*\"}}")], "denied by policy"),
        ] as [([String], String)])
    func denied(policies: [String], reason: String) throws {
        let error = try #require(throws: SourcePolicyError.self) { try evaluate(policies, .init(Self.busybox)) }
        #expect(error.isDenial)
        #expect(error.description.contains(reason), "\(error)")
    }

    @Test func circlesEnd() throws {
        let circle = Self.policy(
            Self.convert(Self.busybox, Self.alpine) + "," + Self.convert(Self.alpine, Self.busybox))
        let error = try #require(throws: SourcePolicyError.self) { try evaluate([circle], .init(Self.busybox)) }
        #expect(!error.isDenial && error.description.contains("too many mutations"))
    }

    @Test func attributes() throws {
        let set = """
            {"rules": [{"action": "CONVERT", "selector": {"identifier": "https://example.com/foo"},
              "updates": {"attrs": {"http.checksum": "sha256:1234"}}}]}
            """
        let result = try evaluate([set], .init("https://example.com/foo"))
        #expect(result == .init("https://example.com/foo", attributes: ["http.checksum": "sha256:1234"]))
        for (condition, value, isDenied) in [
            ("EQUAL", "sha256:1", true), ("EQUAL", "sha256:2", false), ("NOTEQUAL", "sha256:1", false),
            ("NOTEQUAL", "", true), ("MATCHES", "^sha256:", true), ("MATCHES", "^sha512:", false),
        ] {
            let rule = Self.rule(
                "DENY", "*",
                ", \"constraints\": [{\"key\": \"http.checksum\", \"value\": \"\(value)\", \"condition\": \"\(condition)\"}]"
            )
            let source = SourcePolicy.Source("https://x/y", attributes: ["http.checksum": "sha256:1"])
            if isDenied {
                #expect(throws: SourcePolicyError.self) { try evaluate([Self.policy(rule)], source) }
            } else {
                #expect(try evaluate([Self.policy(rule)], source) == source)
            }
        }
    }

    @Test(arguments: [
        ("", "JSON"), ("[]", "no JSON object"), ("{\"version\": 2}", "version is 2"), ("{\"rules\": {}}", "no list"),
        ("{\"rules\": [{}]}", "rules[0] has no selector"),
        (policy(rule("FORBID", "*")), "rules[0].action is none of ALLOW, DENY, CONVERT"),
        ("{\"rules\":[{\"action\":7,\"selector\":{}}]}", "rules[0].action"),
        (policy(rule("DENY", "a**b")), "invalid wildcard"),
        (policy(rule("DENY", "(", ", \"matchType\": \"REGEX\"")), "no regular expression"),
        (policy(rule("DENY", "*", ", \"matchType\": \"GLOB\"")), "matchType"),
        (policy(rule("CONVERT", "*")), "missing destination"),
        (policy(rule("DENY", "*", ", \"constraints\": [{\"key\": 1}]")), "constraints[0].key is no text"),
        (policy(rule("DENY", "*", ", \"constraints\": [{\"key\": \"a\", \"condition\": \"LIKE\"}]")), "condition"),
        ("{\"rules\":[{\"action\":\"CONVERT\",\"selector\":{},\"updates\":{\"attrs\":{\"a\":1}}}]}", "updates.attrs.a"),
    ])
    func refused(text: String, reason: String) throws {
        let error = try #require(throws: SourcePolicyError.self) { try SourcePolicy(parsing: Array(text.utf8)) }
        #expect(error.description.contains(reason), "\(error)")
    }
}
