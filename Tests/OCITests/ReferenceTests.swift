import OCI
import Testing

struct ReferenceTests {
    static let hex = String(repeating: "0a", count: 32)

    @Test(
        arguments: [
            ("alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("alpine:3.20", "docker.io/library/alpine:3.20", "alpine:3.20"),
            ("library/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("index.docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("owner/app:1", "docker.io/owner/app:1", "owner/app:1"),
            ("docker.io/owner/app", "docker.io/owner/app:latest", "owner/app:latest"),
            ("ghcr.io/owner/app:v1.2_x-3", "ghcr.io/owner/app:v1.2_x-3", "ghcr.io/owner/app:v1.2_x-3"),
            ("localhost/app", "localhost/app:latest", "localhost/app:latest"),
            ("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"),
            ("127.0.0.1:5000/a/b/c:t", "127.0.0.1:5000/a/b/c:t", "127.0.0.1:5000/a/b/c:t"),
            ("[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000/app:latest"),
            ("HOST/app", "HOST/app:latest", "HOST/app:latest"),
            ("alpine@sha256:\(hex)", "docker.io/library/alpine@sha256:\(hex)", "alpine@sha256:\(hex)"),
            ("alpine:3@sha256:\(hex)", "docker.io/library/alpine:3@sha256:\(hex)", "alpine:3@sha256:\(hex)"),
            ("a/b/c", "docker.io/a/b/c:latest", "a/b/c:latest"),
            ("library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"),
            ("a_b/c__d/e-f/g---h/i.j", "docker.io/a_b/c__d/e-f/g---h/i.j:latest", "a_b/c__d/e-f/g---h/i.j:latest"),
            ("app:_x", "docker.io/library/app:_x", "app:_x"),
            ("app:" + String(repeating: "t", count: 128), nil, "app:" + String(repeating: "t", count: 128)),
            (hex.dropLast() + "", nil, hex.dropLast() + ":latest"),
        ] as [(String, String?, String)])
    func normalises(_ text: String, _ canonical: String?, _ familiar: String) throws {
        let reference = try ImageReference(parsing: text)
        if let canonical { #expect(reference.canonicalName == canonical) }
        #expect(reference.familiarName == familiar)
        #expect(try ImageReference(parsing: reference.canonicalName) == reference)
        #expect(try ImageReference(parsing: reference.familiarName) == reference)
    }

    @Test(arguments: [
        "", " ", "a b", "a\n", "ä", "\u{1b}[31m", "App", "owner/App", "docker.io/Owner/app", "a//b", "/a", "a/", "a/ ",
        ":tag",
        "a:", "a:b:c", "a:-x", "a:.x", "a:x/y", "app:" + String(repeating: "t", count: 129), "-a", "a-", "a..b",
        "a___b",
        "a._b", "a@", "a@sha256", "a@sha256:abc", "a@md5:\(hex)", "a@sha256:\(hex)x", "a@sha256:\(hex)@sha256:\(hex)",
        "@sha256:\(hex)", hex, "ho_st.x/a", "-host.x/a", "host-.x/a", "host..x/a", "host:/a", "host:port/a",
        "host:123456/a", "[::1/a", "[]:5000/a", "[x]:5000/a", "docker.io/", "localhost:5000/", "../../etc/passwd",
        "https://host.x/a", "a/../b", "a/./b", String(repeating: "a/", count: 128) + "a", "a?b", "a#b", "a%2fb",
        "localhost:5000",
    ])
    func refuses(_ text: String) {
        // "localhost:5000" is the image "localhost" with the tag "5000".
        if text == "localhost:5000" {
            #expect((try? ImageReference(parsing: text))?.tag == "5000")
        } else {
            #expect { try ImageReference(parsing: text) } throws: { ($0 as? OCIError)?.code == .invalidReference }
        }
    }

    @Test func saysThatNamesAreLowercase() {
        #expect { try ImageReference(parsing: "Foo/Bar:x") } throws: { error in
            // "Foo" with a capital is taken for a host, as docker does; the repository is what is wrong.
            "\(error)".contains("must be lowercase")
        }
    }

    @Test func takesOtherTagsAndDigests() throws {
        let reference = try ImageReference(parsing: "app:1")
        let digest = try Digest(parsing: "sha256:\(Self.hex)")
        #expect(reference.with(digest: digest).canonicalName == "docker.io/library/app:1@sha256:\(Self.hex)")
        #expect(try reference.with(digest: digest).with(tag: "2").familiarName == "app:2")
        #expect(throws: OCIError.self) { try reference.with(tag: "a b") }
        #expect(reference.familiarRepository == "app")
        #expect(reference.registry == "docker.io")
        #expect(reference.repository == "library/app")
    }
}
