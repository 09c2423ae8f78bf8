import HTTP
import OCI
import Testing

@testable import Registry

/// Where requests go, by the rules of containers-registries.conf(5).
@Suite struct RegistryRulesTests {
    /// What a file leads to: the places of a pull, with `!` before those that may be insecure and `~` before mirrors.
    static func places(
        _ text: String, _ name: String, _ purpose: RegistryRules.Purpose = .pull,
        dialect: RegistryRules.Dialect = .containers
    ) throws -> [String] {
        let rules = try RegistryRules(parsing: Array(text.utf8), file: "/etc/r.conf", dialect: dialect)
        return try rules.places(for: ImageReference(parsing: name), purpose).map {
            ($0.isMirror ? "~" : "") + ($0.security.isInsecure ? "!" : "") + $0.reference.canonicalName
        }
    }

    /// The example of the man page.
    static let manual = """
        unqualified-search-registries = ["example.com"]

        [[registry]]
        prefix = "example.com/foo"
        insecure = false
        blocked = false
        location = "internal-registry-for-example.com/bar"

        [[registry.mirror]]
        location = "example-mirror-0.local/mirror-for-foo"

        [[registry.mirror]]
        location = "example-mirror-1.local/mirrors/foo"
        insecure = true

        [[registry]]
        location = "registry.com"

        [[registry.mirror]]
        location = "mirror.registry.com"
        """

    struct Example: Sendable {
        var text: String
        var name: String
        var purpose = RegistryRules.Purpose.pull
        var places: [String]
    }

    static let mirrored = """
        [[registry]]
        location = "docker.io"
        [[registry.mirror]]
        location = "all.example"
        [[registry.mirror]]
        location = "digests.example/hub"
        pull-from-mirror = "digest-only"
        [[registry.mirror]]
        location = "tags.example"
        pull-from-mirror = "tag-only"

        """
    static let digest = "sha256:" + String(repeating: "a", count: 64)

    @Test(arguments: [
        Example(
            text: manual, name: "example.com/foo/image:latest",
            places: [
                "~example-mirror-0.local/mirror-for-foo/image:latest",
                "~!example-mirror-1.local/mirrors/foo/image:latest",
                "internal-registry-for-example.com/bar/image:latest",
            ]),
        Example(
            text: manual, name: "example.com/foo/image:latest", purpose: .own,
            places: ["internal-registry-for-example.com/bar/image:latest"]),
        Example(text: manual, name: "example.com/food/image:1", places: ["example.com/food/image:1"]),
        Example(
            text: manual, name: "example.com/foo:1",
            places: [
                "~example-mirror-0.local/mirror-for-foo:1", "~!example-mirror-1.local/mirrors/foo:1",
                "internal-registry-for-example.com/bar:1",
            ]),
        // "registry.com/image:latest will hence only reach out to mirror.registry.com".
        Example(
            text: manual, name: "registry.com/image:latest",
            places: ["~mirror.registry.com/image:latest", "registry.com/image:latest"]),
        Example(text: manual, name: "registry.com:5000/image:1", places: ["registry.com:5000/image:1"]),
        Example(text: manual, name: "my-registry.com/image:1", places: ["my-registry.com/image:1"]),
        Example(text: manual, name: "alpine", places: ["docker.io/library/alpine:latest"]),
        // Tags and digests.
        Example(
            text: mirrored, name: "alpine:3",
            places: [
                "~all.example/library/alpine:3", "~tags.example/library/alpine:3", "docker.io/library/alpine:3",
            ]),
        Example(
            text: mirrored, name: "alpine@\(digest)",
            places: [
                "~all.example/library/alpine@\(digest)", "~digests.example/hub/library/alpine@\(digest)",
                "docker.io/library/alpine@\(digest)",
            ]),
        Example(
            text: """
                [[registry]]
                location = "docker.io"
                mirror-by-digest-only = true
                mirror = [{ location = "m.example" }]
                """, name: "alpine", places: ["docker.io/library/alpine:latest"]),
        Example(
            text: "[[registry]]\nlocation = \"a.io/b:1\"\ninsecure = true", name: "a.io/b:1", places: ["!a.io/b:1"]),
        Example(text: "[[registry]]\nlocation = \"a.io/b:1\"\ninsecure = true", name: "a.io/b:2", places: ["a.io/b:2"]),
        // The longest prefix, not the first.
        Example(
            text: """
                [[registry]]
                prefix = "a.io"
                location = "x.io"
                [[registry]]
                prefix = "a.io/team"
                location = "y.io/t/"
                """, name: "a.io/team/app", places: ["y.io/t/app:latest"]),
        // Subdomains, any number of them, but not the domain itself.
        Example(
            text: "[[registry]]\nprefix = \"*.example.com\"\ninsecure = true", name: "blah.example.com/foo/myimage",
            places: ["!blah.example.com/foo/myimage:latest"]),
        Example(
            text: "[[registry]]\nprefix = \"*.example.com\"\ninsecure = true", name: "a.b.example.com:5000/x",
            places: ["!a.b.example.com:5000/x:latest"]),
        Example(
            text: "[[registry]]\nprefix = \"*.example.com\"\ninsecure = true", name: "example.com/x",
            places: ["example.com/x:latest"]),
        Example(
            text: "[[registry]]\nprefix = \"*.example.com\"\ninsecure = true", name: "q.io/b.example.com/x",
            places: ["q.io/b.example.com/x:latest"]),
        Example(
            text: "[[registry]]\nprefix = \"*.example.com\"\nlocation = \"all.io/of\"", name: "b.example.com/x",
            places: ["all.io/of/x:latest"]),
        // Version 1.
        Example(
            text: "[registries.insecure]\nregistries = ['a.io']\n[registries.search]\nregistries = ['b.io']",
            name: "a.io/x", places: ["!a.io/x:latest"]),
        Example(text: "", name: "a.io/x", places: ["a.io/x:latest"]),
    ])
    func leadsTo(example: Example) throws {
        #expect(try Self.places(example.text, example.name, example.purpose) == example.places)
    }

    @Test(arguments: [RegistryRules.Purpose.pull, .own])
    func blocks(purpose: RegistryRules.Purpose) throws {
        let text = "\n[[registry]]\nlocation = \"bad.io\"\nblocked = true"
        let error = #expect(throws: RegistryError.self) { try Self.places(text, "bad.io/x", purpose) }
        #expect(error?.message == "bad.io/x is blocked by /etc/r.conf:2")
        #expect(throws: RegistryError.self) {
            try Self.places("[registries.block]\nregistries = ['bad.io']", "bad.io/x", purpose)
        }
    }

    @Test func aLocationThatMakesNoName() {
        let error = #expect(throws: RegistryError.self) {
            try Self.places("[[registry]]\nprefix = \"a.io\"\nlocation = \"No Name\"", "a.io/x")
        }
        #expect(error?.code == .invalidConfiguration)
    }

    /// Files that are refused, with the line and a word of the message.
    @Test(arguments: [
        ("[[registry]]\ninsecure = true", 1, "needs a location"),
        ("[[registry]]\nprefix = \"a.io\"", 1, "needs a location"),
        ("[[registry]]\nlocation = \"https://a.io\"", 1, "scheme"),
        ("[[registry]]\nlocation = 5", 2, "must be a string"),
        ("[[registry]]\nlocation = \"a.io\"\ninsecure = \"yes\"", 3, "true or false"),
        ("[registry]\nlocation = \"a.io\"", 1, "[[registry]]"),
        ("[[registry]]\nlocation = \"a.io\"\n[[registry.mirror]]\n", 3, "needs a location"),
        ("[[registry]]\nprefix = \"a.*.io\"\nlocation = \"b\"", 1, "*.host"),
        ("[[registry]]\nprefix = \"*.a.io/x\"\nlocation = \"b\"", 1, "*.host"),
        (
            "[[registry]]\nlocation = \"a.io\"\n[[registry.mirror]]\nlocation = \"b.io\"\npull-from-mirror = \"some\"",
            3,
            "digest-only"
        ),
        (
            "[[registry]]\nlocation = \"a.io\"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = \"b.io\"\n"
                + "pull-from-mirror = \"all\"", 4, "exclude"
        ),
        ("[[registry]\n", 1, "\"]]\""),
        ("location = a.io", 1, "(location = a.io)"),
    ])
    func refuses(text: String, line: Int, words: String) {
        let error = #expect(throws: RegistryError.self) { try Self.places(text, "a.io/x") }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.hasPrefix("/etc/r.conf:\(line): ") == true, "\(error as Any)")
        #expect(error?.message.contains(words) == true, "\(error as Any)")
    }

    /// What is for others in their file is a mistake in ours.
    @Test(arguments: [
        ("[[registry]]\nlocation = \"a.io\"\nlocaton = \"b.io\"", 3, "unknown key \"locaton\""),
        ("unqualified-search-registries = []", 1, "unknown key"),
        ("[[registry]]\nlocation = \"a.io\"\n\n[[registry]]\nlocation = \"a.io\"", 4, "stands twice"),
        ("[[registry]]\nlocation = \"a.io\"\nclient-key = \"k\"", 1, "belong together"),
    ])
    func ourOwnIsStrict(text: String, line: Int, words: String) throws {
        let error = #expect(throws: RegistryError.self) { try Self.places(text, "a.io/x", dialect: .slipway) }
        #expect(error?.message.hasPrefix("/etc/r.conf:\(line): ") == true, "\(error as Any)")
        #expect(error?.message.contains(words) == true, "\(error as Any)")
    }

    @Test func namesCertificates() throws {
        let text = """
            [[registry]]
            location = "a.io"
            ca = "ca.pem"
            client-certificate = "/c/cert.pem"
            client-key = "key.pem"
            [[registry.mirror]]
            location = "m.io/hub"
            ca = "m.pem"
            """
        let rules = try RegistryRules(
            parsing: Array(text.utf8), file: "/etc/slipway/registries.toml", dialect: .slipway)
        let places = try rules.places(for: ImageReference(parsing: "a.io/x"), .pull)
        #expect(places.map(\.security.tls.authorities) == [["/etc/slipway/m.pem"], ["/etc/slipway/ca.pem"]])
        #expect(
            places.map(\.security.tls.client) == [
                nil, TLSSettings.Client(certificate: "/c/cert.pem", key: "/etc/slipway/key.pem"),
            ])
        #expect(rules.security(of: "m.io").tls.authorities == ["/etc/slipway/m.pem"])
        #expect(rules.security(of: "b.io") == EndpointSecurity())
    }
}
