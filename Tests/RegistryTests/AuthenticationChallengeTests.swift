import HTTP
import Testing

@testable import Registry

@Suite struct AuthenticationChallengeTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var header: String
        var challenges: [AuthenticationChallenge]
        var testDescription: String { String(header.prefix(80)) }

        init(_ header: String, _ challenges: AuthenticationChallenge...) {
            self.header = header
            self.challenges = challenges
        }
    }

    static func bearer(_ parameters: [String: String]) -> AuthenticationChallenge {
        AuthenticationChallenge(scheme: "bearer", parameters: parameters)
    }

    @Test(arguments: [
        Example(
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull""#,
            bearer([
                "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
                "scope": "repository:a/b:pull",
            ])),
        Example(#"Basic realm="Registry Realm""#, .init(scheme: "basic", parameters: ["realm": "Registry Realm"])),
        Example("Basic", .init(scheme: "basic")),
        Example("  BASIC  Realm = token ", .init(scheme: "basic", parameters: ["realm": "token"])),
        Example(#"Bearer realm="a\"b\\c""#, bearer(["realm": #"a"b\c"#])),
        Example(#"Bearer realm="a,b=c",service=d"#, bearer(["realm": "a,b=c", "service": "d"])),
        Example(#"Bearer realm="", service="s""#, bearer(["realm": "", "service": "s"])),
        Example("Bearer a=1, a=2", bearer(["a": "1"])),
        Example("Bearer a=1,,, b=2,", bearer(["a": "1", "b": "2"])),
        Example(
            #"Negotiate, Basic realm="x", Bearer realm="y""#, .init(scheme: "negotiate"),
            .init(scheme: "basic", parameters: ["realm": "x"]), bearer(["realm": "y"])),
        Example(
            "Negotiate abc/d+e==, Basic realm=x", .init(scheme: "negotiate"),
            .init(scheme: "basic", parameters: ["realm": "x"])),
        Example(
            "Basic realm=x, Negotiate", .init(scheme: "basic", parameters: ["realm": "x"]), .init(scheme: "negotiate")),
        // Hostile or broken: what cannot be read whole is not obeyed.
        Example(""),
        Example(",,, ,"),
        Example(#"Bearer realm="unterminated"#),
        Example(#"Bearer realm="x\"#),
        Example(#"Bearer realm="a",scope="unterminated"#),
        Example(#"Bearer realm="a" scope="b""#),
        Example("Bearer realm=a,scope="),
        Example("\u{0}\u{1}\u{2}"),
        Example("= = = ="),
        Example("Bearer @@@"),
        Example(#"Basic realm=x, Bearer realm="y"#, .init(scheme: "basic", parameters: ["realm": "x"])),
        Example("Basic realm=" + String(repeating: "x", count: 9000)),
        Example(String(repeating: "Basic,", count: 2000)),
    ])
    func parses(example: Example) {
        #expect(AuthenticationChallenge.parse(headers: [example.header]) == example.challenges)
    }

    @Test func joinsHeaders() {
        let challenges = AuthenticationChallenge.parse(headers: ["Basic realm=x", "Bearer realm=y"])
        #expect(challenges.map(\.scheme) == ["basic", "bearer"])
    }
}
