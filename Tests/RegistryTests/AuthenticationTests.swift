import HTTP
import OCI
import Testing

@testable import Registry

@Suite struct AuthenticationTests {
    let scope = Authentication.Scope.pull("library/alpine")
    let now = ContinuousClock.Instant.now
    let user = Credential(username: "ada", password: "engine")
    let bearer = [
        AuthenticationChallenge(
            scheme: "bearer",
            parameters: ["realm": "https://auth/token", "service": "hub", "scope": "repository:library/alpine:pull"])
    ]
    let basic = [AuthenticationChallenge(scheme: "basic", parameters: ["realm": "r"])]

    func token(_ text: String, lasts: Duration = .seconds(60)) -> BearerToken {
        BearerToken(value: Secret(text), expiry: now.advanced(by: lasts))
    }

    func request(
        _ credential: Credential? = nil, _ scope: String = "repository:library/alpine:pull"
    ) -> TokenRequest {
        TokenRequest(realm: "https://auth/token", service: "hub", scope: scope, credential: credential)
    }

    @Test func startsAnonymously() {
        var state = Authentication()
        #expect(state.prepare(for: scope, at: now) == .send(.none))
        state.accepted(.none, for: scope)
        #expect(state.prepare(for: scope, at: now) == .send(.none))
    }

    @Test func usesOneTokenForManyRequests() {
        var state = Authentication()
        #expect(
            state.challenged(bearer, for: scope, sent: .none, credential: nil, at: now)
                == .fetchToken(request(), for: scope))
        // A second request is challenged meanwhile, and a third one begins.
        #expect(state.challenged(bearer, for: scope, sent: .none, credential: nil, at: now) == .awaitToken(scope))
        #expect(state.prepare(for: scope, at: now) == .awaitToken(scope))
        let authorization = Authentication.Authorization.bearer(Secret("t1"))
        #expect(state.tokenReceived(token("t1"), for: scope) == .send(authorization))
        for _ in 0..<3 { #expect(state.prepare(for: scope, at: now) == .send(authorization)) }
        // A late 401 to a request that went out without the token gets the token.
        #expect(
            state.challenged(bearer, for: scope, sent: .none, credential: nil, at: now) == .send(authorization))
    }

    @Test func renewsAnExpiredToken() {
        var state = Authentication()
        _ = state.challenged(bearer, for: scope, sent: .none, credential: nil, at: now)
        _ = state.tokenReceived(token("t1", lasts: .seconds(10)), for: scope)
        let later = now.advanced(by: .seconds(10))
        #expect(state.prepare(for: scope, at: later) == .fetchToken(request(), for: scope))
        #expect(state.prepare(for: scope, at: later) == .awaitToken(scope))
    }

    @Test func renewsARevokedTokenButNotARejectedOne() {
        var state = Authentication()
        _ = state.challenged(bearer, for: scope, sent: .none, credential: nil, at: now)
        _ = state.tokenReceived(token("t1"), for: scope)
        let first = Authentication.Authorization.bearer(Secret("t1"))
        state.accepted(first, for: scope)
        #expect(
            state.challenged(bearer, for: scope, sent: first, credential: nil, at: now)
                == .fetchToken(request(), for: scope))
        _ = state.tokenReceived(token("t2"), for: scope)
        let second = Authentication.Authorization.bearer(Secret("t2"))
        // A request that still carried the old token goes on with the new one.
        #expect(state.challenged(bearer, for: scope, sent: first, credential: nil, at: now) == .send(second))
        #expect(
            state.challenged(bearer, for: scope, sent: second, credential: nil, at: now)
                == .fail(.tokenRejected(anonymous: true)))
        #expect(
            state.challenged(bearer, for: scope, sent: second, credential: user, at: now)
                == .fail(.tokenRejected(anonymous: false)))
    }

    @Test func widensTheScope() {
        var state = Authentication()
        _ = state.challenged(bearer, for: scope, sent: .none, credential: nil, at: now)
        _ = state.tokenReceived(token("t1"), for: scope)
        var wider = bearer
        wider[0].parameters["scope"] = "repository:library/alpine:pull repository:other:pull"
        var expected = request()
        expected.scope = "repository:library/alpine:pull repository:other:pull"
        #expect(
            state.challenged(wider, for: scope, sent: .bearer(Secret("t1")), credential: nil, at: now)
                == .fetchToken(expected, for: scope))
    }

    @Test func asksForOtherRepositoriesWithoutBeingChallenged() {
        var state = Authentication()
        _ = state.challenged(bearer, for: scope, sent: .none, credential: user, at: now)
        let other = Authentication.Scope.pull("library/busybox")
        var expected = request(user)
        expected.scope = "repository:library/busybox:pull"
        #expect(state.prepare(for: other, at: now) == .fetchToken(expected, for: other))
    }

    let push = Authentication.Scope.push("library/alpine")
    let wide = Authentication.Authorization.bearer(Secret("wide"))

    /// What is known after a push.
    func pushed(lasts: Duration = .seconds(60)) -> Authentication {
        var state = Authentication()
        var challenge = bearer
        challenge[0].parameters["scope"] = "repository:library/alpine:pull,push"
        #expect(
            state.challenged(challenge, for: push, sent: .none, credential: user, at: now)
                == .fetchToken(request(user, "repository:library/alpine:pull,push"), for: push))
        _ = state.tokenReceived(token("wide", lasts: lasts), for: push)
        return state
    }

    @Test func aProvenTokenServesLess() {
        var state = pushed()
        // A service may give less than it was asked for, so a token must have been of use first.
        #expect(state.prepare(for: scope, at: now) == .fetchToken(request(user), for: scope))
        state = pushed()
        state.accepted(wide, for: push)
        #expect(state.prepare(for: scope, at: now) == .send(wide))
        let other = Authentication.Scope.mount(from: "library/base", into: "library/alpine")
        #expect(
            state.prepare(for: other, at: now)
                == .fetchToken(
                    request(user, "repository:library/alpine:pull,push repository:library/base:pull"), for: other))
    }

    @Test func anExpiredWideTokenIsRenewedAsSuch() {
        var state = pushed(lasts: .seconds(10))
        state.accepted(wide, for: push)
        let later = now.advanced(by: .seconds(10))
        #expect(
            state.prepare(for: scope, at: later)
                == .fetchToken(request(user, "repository:library/alpine:pull,push"), for: push))
        #expect(state.prepare(for: push, at: later) == .awaitToken(push))
        #expect(state.prepare(for: scope, at: later) == .awaitToken(push))
    }

    @Test func aWideTokenThatDoesNotServeIsLeftAlone() {
        var state = pushed()
        state.accepted(wide, for: push)
        // It may have been revoked, so there is a new one first.
        #expect(
            state.challenged(bearer, for: scope, sent: wide, credential: user, at: now)
                == .fetchToken(request(user, "repository:library/alpine:pull,push"), for: push))
        let second = Authentication.Authorization.bearer(Secret("second"))
        #expect(state.tokenReceived(token("second"), for: push) == .send(second))
        #expect(
            state.challenged(bearer, for: scope, sent: second, credential: user, at: now)
                == .fetchToken(request(user), for: scope))
        _ = state.tokenReceived(token("own"), for: scope)
        #expect(state.prepare(for: scope, at: now) == .send(.bearer(Secret("own"))))
        #expect(state.prepare(for: push, at: now) == .send(second))
    }

    @Test func aNarrowChallengeDoesNotNarrowTheScope() {
        var state = Authentication()
        #expect(
            state.challenged(bearer, for: push, sent: .none, credential: nil, at: now)
                == .fetchToken(request(nil, "repository:library/alpine:pull,push"), for: push))
    }

    @Test func aFailedFetchBlocksNobody() {
        var state = Authentication()
        _ = state.challenged(bearer, for: scope, sent: .none, credential: nil, at: now)
        #expect(state.prepare(for: scope, at: now) == .awaitToken(scope))
        state.tokenFailed(for: scope)
        #expect(state.prepare(for: scope, at: now) == .fetchToken(request(), for: scope))
    }

    @Test func basicIsSentFromThenOn() {
        var state = Authentication()
        let authorization = Authentication.Authorization.basic(Secret("Basic YWRhOmVuZ2luZQ=="))
        #expect(state.challenged(basic, for: scope, sent: .none, credential: user, at: now) == .send(authorization))
        #expect(state.prepare(for: .pull("other"), at: now) == .send(authorization))
        #expect(
            state.challenged(basic, for: scope, sent: authorization, credential: user, at: now)
                == .fail(.credentialsRejected))
    }

    struct Refused: Sendable {
        var challenges: [AuthenticationChallenge]
        var refusal: Authentication.Refusal
    }

    @Test(arguments: [
        Refused(challenges: [], refusal: .unsupported(schemes: [])),
        Refused(
            challenges: [.init(scheme: "negotiate"), .init(scheme: "digest")],
            refusal: .unsupported(schemes: ["negotiate", "digest"])),
        Refused(challenges: [.init(scheme: "basic")], refusal: .credentialsMissing),
        Refused(challenges: [.init(scheme: "bearer")], refusal: .unsupported(schemes: ["bearer"])),
        Refused(
            challenges: [.init(scheme: "bearer", parameters: ["realm": "http://auth/token"])],
            refusal: .insecureService),
        Refused(
            challenges: [.init(scheme: "bearer", parameters: ["realm": "file:///etc/passwd"])],
            refusal: .insecureService),
    ])
    func refuses(example: Refused) {
        var state = Authentication()
        #expect(
            state.challenged(example.challenges, for: scope, sent: .none, credential: nil, at: now)
                == .fail(example.refusal))
    }

    @Test func prefersBearer() {
        var state = Authentication()
        #expect(
            state.challenged(basic + bearer, for: scope, sent: .none, credential: user, at: now)
                == .fetchToken(request(user), for: scope))
    }

    @Test func showsNoSecret() {
        var state = Authentication()
        _ = state.challenged(bearer, for: scope, sent: .none, credential: user, at: now)
        _ = state.tokenReceived(token("t0ken"), for: scope)
        var dumped = ""
        dump(state, to: &dumped)
        for text in ["\(state)", String(reflecting: state), dumped, "\(request(user))"] {
            #expect(!text.contains("engine"))
            #expect(!text.contains("t0ken"))
        }
    }
}

@Suite struct AuthenticationScopeTests {
    typealias Scope = Authentication.Scope

    @Test(arguments: [
        (Scope.none, ""),
        (Scope.pull("a/b"), "repository:a/b:pull"),
        (Scope.push("a/b"), "repository:a/b:pull,push"),
        (Scope.delete("a"), "repository:a:delete"),
        (Scope.mount(from: "b", into: "a"), "repository:a:pull,push repository:b:pull"),
        (Scope.mount(from: "a", into: "b"), "repository:a:pull repository:b:pull,push"),
        (Scope.mount(from: "a", into: "a"), "repository:a:pull,push"),
        (
            Scope(
                parsing: "repository:h:5000/a:pull  registry:catalog:* odd x: repository:h:5000/a:push", repository: ""),
            "odd registry:catalog:* repository:h:5000/a:pull,push x:"
        ),
    ])
    func inWords(scope: Scope, words: String) {
        #expect(scope.description == words)
    }

    @Test(arguments: [
        ("repository:a:pull,push", "repository:a:pull", true),
        ("repository:a:pull,push", "repository:a:push,pull", true),
        ("repository:a:pull", "repository:a:pull,push", false),
        ("repository:a:pull", "repository:b:pull", false),
        ("repository:a:*", "repository:a:pull", true),
        ("repository:a:pull", "repository:a:*", false),
        ("repository:a:pull,push repository:b:pull", "repository:b:pull", true),
        ("repository:b:pull", "repository:a:pull,push repository:b:pull", false),
        ("repository:a:pull", "", true),
        ("", "repository:a:pull", false),
        ("odd", "odd", true),
    ])
    func covers(wide: String, narrow: String, isCovered: Bool) {
        #expect(Scope(parsing: wide, repository: "a").covers(Scope(parsing: narrow, repository: "a")) == isCovered)
    }
}

@Suite struct TokenRequestTests {
    let realm = "https://auth.example/token"

    @Test func anonymous() {
        let request = TokenRequest(realm: realm, service: "a b", scope: "repository:x/y:pull,push")
        #expect(
            request.url
                == "https://auth.example/token?client_id=slipway&service=a%20b&scope=repository%3Ax%2Fy%3Apull%2Cpush")
        #expect(request.form == nil)
    }

    @Test func withPassword() {
        let request = TokenRequest(
            realm: realm + "?a=b", service: nil, scope: "s1 s2",
            credential: Credential(username: "é&", password: "p"))
        #expect(request.url == "https://auth.example/token?a=b&account=%C3%A9%26&client_id=slipway&scope=s1&scope=s2")
        #expect(request.form == nil)
    }

    @Test func withIdentityToken() {
        let request = TokenRequest(
            realm: realm, service: "hub", scope: "s", credential: Credential(kind: .identityToken(Secret("id&="))))
        #expect(request.url == realm)
        #expect(
            request.form?.exposed
                == "grant_type=refresh_token&client_id=slipway&scope=s&service=hub&refresh_token=id%26%3D")
    }
}

@Suite struct BearerTokenTests {
    struct Example: Sendable {
        var body: String
        var token: String?
        /// Until the token is given up, in seconds.
        var seconds: Int64 = 54
    }

    @Test(arguments: [
        Example(body: #"{"token":"abc"}"#, token: "abc"),
        Example(body: #"{"access_token":"abc"}"#, token: "abc"),
        Example(body: #"{"token":"","access_token":"abc","expires_in":300}"#, token: "abc", seconds: 290),
        Example(body: #"{"token":"abc","expires_in":0}"#, token: "abc"),
        Example(body: #"{"token":"abc","expires_in":-5}"#, token: "abc"),
        Example(body: #"{"token":"abc","expires_in":9223372036854775807}"#, token: "abc", seconds: 86390),
        Example(body: #"{"token":"abc","expires_in":"soon"}"#, token: "abc"),
        Example(body: #"{"token":"a\r\nX: y"}"#, token: nil),
        Example(body: #"{"token":"a b"}"#, token: nil),
        Example(body: #"{"token":"é"}"#, token: nil),
        Example(body: #"{"token":7}"#, token: nil),
        Example(body: "{}", token: nil),
        Example(body: "[]", token: nil),
        Example(body: "<html>secret</html>", token: nil),
        Example(body: "", token: nil),
    ])
    func parses(example: Example) throws {
        let now = ContinuousClock.Instant.now
        guard let expected = example.token else {
            let error = #expect(throws: RegistryError.self) {
                try BearerToken(parsing: Array(example.body.utf8), at: now)
            }
            #expect(error?.code == .invalidResponse)
            #expect(error?.message.contains("secret") == false)
            return
        }
        let token = try BearerToken(parsing: Array(example.body.utf8), at: now)
        #expect(token.value.exposed == expected)
        #expect(token.expiry == now.advanced(by: .seconds(example.seconds)))
    }
}
