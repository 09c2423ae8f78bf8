import BuildGraph
import Dockerfile
import OCI
import Testing

@testable import BuildEngine

@Suite struct SourceLockTests {
    private static let digest = "sha256:" + String(repeating: "1", count: 64)
    private static let commit = String(repeating: "c", count: 40)
    private static let text = """
        {
          "git": {
            "https://example.com/p.git#main": "\(commit)"
          },
          "http": {
            "https://example.com/f?v=1": "\(digest)"
          },
          "images": {
            "docker.io/library/alpine:3.20": "\(digest)"
          },
          "version": 1
        }

        """

    @Test func readAndWritten() throws {
        let lock = try SourceLock(parsing: Array(Self.text.utf8), name: "Dockerfile.lock")
        #expect(String(decoding: lock.encoded(), as: UTF8.self) == Self.text)
        #expect(lock.images["docker.io/library/alpine:3.20"]?.description == Self.digest)
    }

    @Test(arguments: [
        ("", "JSON"), ("{}", "no version"), ("{\"version\":2}", "version is 2"), ("{\"version\":\"1\"}", "no version"),
        ("{\"version\":1,\"images\":[]}", "images is no object"), ("{\"version\":1,\"images\":{\"a\":1}}", "no text"),
        ("{\"version\":1,\"images\":{\"a\":\"sha256:1\"}}", "invalid digest"),
        ("{\"version\":1,\"git\":{\"a\":\"main\"}}", "no commit"),
        ("{\"version\":1,\"http\":{\"a\":\"md5:1\"}}", "digest"),
    ])
    func refused(text: String, reason: String) throws {
        let error = try #require(throws: BuildError.self) { try SourceLock(parsing: Array(text.utf8), name: "D.lock") }
        #expect(error.message.contains("D.lock is no lock file") && error.message.contains(reason), "\(error.message)")
        #expect(error.code.isUsage)
    }

    @Test func refreshingKeepsWhatOthersUse() throws {
        let old = try SourceLock(parsing: Array(Self.text.utf8), name: "Dockerfile.lock")
        var used = SourceLock()
        used.images["docker.io/library/alpine:3.20"] = .sha256(of: "new")
        used.images["docker.io/library/debian:12"] = .sha256(of: "debian")
        let new = used.refreshing(old)
        #expect(new.images["docker.io/library/alpine:3.20"] == .sha256(of: "new"))
        #expect(new.images.count == 2 && new.repositories == old.repositories && new.files == old.files)
        #expect(old.unused(by: used) == ["https://example.com/f?v=1", "https://example.com/p.git#main"])
    }

    @Test func namesAreReplacedByWhatIsLocked() throws {
        let lock = try SourceLock(parsing: Array(Self.text.utf8), name: "Dockerfile.lock")
        let rules = SourceRules(enforced: lock, lockName: "Dockerfile.lock", isLocking: true)
        #expect(try rules.image(ImageReference(parsing: "alpine:3.20")).digest?.description == Self.digest)
        let exact = try ImageReference(parsing: "busybox@\(Self.digest)")
        #expect(try rules.image(exact) == exact)
        let address = try #require(try GitAddress(parsing: "https://user:secret@example.com/p.git#main:sub"))
        let repository = try rules.repository(address)
        #expect(repository.checksum == Self.commit && repository.fetchesByCommit && repository.subdirectory == "sub")
        let file = try rules.file("https://user:secret@example.com/f?v=1", checksum: nil)
        #expect(file.checksum?.description == Self.digest)
        for (missing, name) in [
            ({ _ = try rules.image(ImageReference(parsing: "alpine")) }, "docker.io/library/alpine:latest"),
            (
                { _ = try rules.repository(try #require(try GitAddress(parsing: "https://example.com/p.git"))) },
                "https://example.com/p.git"
            ), ({ _ = try rules.file("https://example.com/f?v=2", checksum: nil) }, "f?v=2"),
        ] as [(() throws -> Void, String)] {
            let error = try #require(throws: BuildError.self, performing: missing)
            #expect(error.code == .sourceNotLocked && error.message.contains(name), "\(error.message)")
            #expect(error.message.contains("is not in Dockerfile.lock"))
        }
        #expect(throws: BuildError.self) { try rules.file("https://example.com/f?v=1", checksum: .sha256(of: "other")) }
    }

    @Test func nothingPrivateIsWrittenDown() throws {
        let rules = SourceRules()
        rules.found(.sha256(of: "f"), at: "https://user:secret@example.com/f?v=1#x")
        let address = try #require(try GitAddress(parsing: "https://user:secret@example.com/p.git"))
        rules.found(commit: Self.commit, for: address)
        #expect(rules.usedSources.files.keys.sorted() == ["https://example.com/f?v=1"])
        #expect(rules.usedSources.repositories == ["https://example.com/p.git": Self.commit])
    }

    // MARK: Policies

    private func rules(_ json: String) throws -> SourceRules {
        SourceRules(policies: [try SourcePolicy(parsing: Array(json.utf8))])
    }

    @Test func policiesConvertEachKind() throws {
        let rules = try rules(
            """
            {"rules": [
              {"action": "CONVERT", "selector": {"identifier": "docker-image://docker.io/library/*"},
               "updates": {"identifier": "docker-image://mirror.example/$1"}},
              {"action": "CONVERT", "selector": {"identifier": "git://example.com/*"},
               "updates": {"identifier": "git://mirror.example/$1", "attrs": {"git.checksum": "\(Self.commit)"}}},
              {"action": "CONVERT", "selector": {"identifier": "https://example.com/*"},
               "updates": {"identifier": "https://mirror.example/$1", "attrs": {"http.checksum": "\(Self.digest)"}}},
              {"action": "DENY", "selector": {"identifier": "local://*"}},
              {"action": "DENY", "selector": {"identifier": "oci-layout://*"}}
            ]}
            """)
        #expect(try rules.image(ImageReference(parsing: "alpine:3")).canonicalName == "mirror.example/alpine:3")
        let git = try rules.repository(try #require(try GitAddress(parsing: "https://example.com/p.git#v1:sub")))
        #expect(git.remote == "https://mirror.example/p.git")
        #expect(git.reference == "v1" && git.subdirectory == "sub" && git.checksum == Self.commit)
        let file = try rules.file("https://example.com/a/b", checksum: nil)
        #expect(file.url == "https://mirror.example/a/b" && file.checksum?.description == Self.digest)
        #expect(throws: BuildError.self) { try rules.checkLocal("context") }
        #expect(throws: BuildError.self) { try rules.checkLayout("base", digest: .sha256(of: "x")) }
    }

    /// What a name stood for is a source as well.
    @Test func policiesAreAboutDigestsToo() throws {
        let digest = Digest.sha256(of: "bad")
        let rules = try rules(
            "{\"rules\":[{\"action\":\"DENY\",\"selector\":{\"identifier\":\"*@\(digest)\"}}]}")
        let alpine = try ImageReference(parsing: "alpine")
        #expect(try rules.image(alpine) == alpine)
        #expect(try rules.found(.sha256(of: "good"), for: alpine, written: alpine) == nil)
        let error = try #require(throws: BuildError.self) { try rules.found(digest, for: alpine, written: alpine) }
        #expect(error.code == .sourceDenied && error.message.contains("denied by policy: rule 1"))
    }

    @Test func aConversionIntoAnotherKindIsRefused() throws {
        let rules = try rules(
            "{\"rules\":[{\"action\":\"CONVERT\",\"selector\":{\"identifier\":\"docker-image://*\"},"
                + "\"updates\":{\"identifier\":\"https://example.com/x\"}}]}")
        #expect(throws: BuildError.self) { try rules.image(ImageReference(parsing: "alpine")) }
    }
}
