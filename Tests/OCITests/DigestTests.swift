import OCI
import Testing

struct DigestTests {
    static let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @Test func hashesKnownTexts() throws {
        #expect(Digest.sha256(of: "").description == Self.empty)
        #expect(
            Digest.sha256(of: "abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        var sha512 = Digester(.sha512)
        sha512.update("abc")
        #expect(sha512.finalize().description.hasPrefix("sha512:ddaf35a193617abacc417349ae204131"))
    }

    @Test func piecesGiveTheDigestOfTheWhole() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        var digester = Digester()
        digester.update(bytes[..<1])
        digester.update(bytes[1..<64_000])
        let partial = digester.finalize()
        digester.update(Array(bytes[64_000...]))
        #expect(digester.finalize() == Digest.sha256(of: bytes))
        #expect(partial == Digest.sha256(of: bytes[..<64_000]))
    }

    @Test(arguments: [
        "", ":", "sha256", "sha256:", "sha256:abc", String(empty.dropLast()), empty + "0", empty.uppercased(),
        "sha256:" + String(repeating: "g", count: 64), "sha256:" + String(repeating: "/", count: 64),
        "sha256:../../../../../../../../../../../../../../../../../../../etc/passwd",
        "md5:" + String(empty.dropFirst(7)),
        "sha512:" + String(empty.dropFirst(7)), " " + empty, empty + "\n",
        "sha256:" + String(repeating: "é", count: 32),
        "SHA256:" + String(empty.dropFirst(7)), "sha256::" + String(empty.dropFirst(8)),
    ])
    func refusesWhatIsNoDigest(_ text: String) {
        #expect { try Digest(parsing: text) } throws: { ($0 as? OCIError)?.code == .invalidDigest }
    }

    @Test func bytesAndTextAreTheSame() throws {
        let digest = try Digest(parsing: Self.empty)
        #expect(Digest(algorithm: .sha256, bytes: digest.bytes) == digest)
        #expect(Digest(algorithm: .sha512, bytes: digest.bytes) == nil)
        #expect(digest.short == "e3b0c44298fc")
    }

    @Test func sortsByTheText() {
        let digests = (0..<100).map { Digest.sha256(of: String($0)) }
        #expect(digests.sorted().map(\.description) == digests.map(\.description).sorted())
    }
}
