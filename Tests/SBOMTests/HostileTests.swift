import Testing

@testable import SBOM

/// Files of somebody who means harm: nothing crashes, hangs or takes all memory, and the rest of the image is still read.
struct HostileTests {
    static let files: [(path: String, bytes: [UInt8])] = [
        ("/var/lib/dpkg/status", Array("Package: a\nVersion: 1\nDepends: a, b (>= 1)\n\nPackage: b\n".utf8)),
        ("/lib/apk/db/installed", Array("P:a\nV:1\nD:b\n\nP:b\np:c=1\n".utf8)),
        ("/var/lib/rpm/Packages.db", Fixture.ndb()), ("/var/lib/rpm/Packages", Fixture.berkeley()),
        ("/var/lib/rpm/rpmdb.sqlite", Fixture.sqlite(Fixture.rpmTable)),
        ("/a/x.dist-info/METADATA", Array("Name: a\nVersion: 1\nLicense: b\n c\n".utf8)),
        ("/a/package.json", Array(#"{"name":"a","version":"1","license":{"type":"MIT"}}"#.utf8)),
        ("/a/installed.json", Array(#"[{"name":"a","version":"1","require":{"a":"1"}}]"#.utf8)),
        ("/specifications/a.gemspec", Array("s.name = \"a\".freeze\ns.licenses = [\"MIT\"]\n".utf8)),
        ("/bin/inline", Fixture.goInline()), ("/bin/pointers", Fixture.goPointers()),
        (
            "/bin/rust",
            Fixture.elf([(".dep-v0", Fixture.deflated(Array(#"{"packages":[{"name":"a"}]}"#.utf8), bits: 15))])
        ),
        ("/a.jar", Fixture.jar("Name: a\n", [("b.jar", Fixture.jar("Name: b\n"))])),
        ("/etc/os-release", Array("ID=\"a\nVERSION_ID='\n".utf8)),
    ]

    @Test(arguments: files.indices)
    func everyEndIsSurvived(_ index: Int) throws {
        let (path, bytes) = Self.files[index]
        // All of a small file's; of a large one those of its beginning and end, and some between.
        let step = max(1, bytes.count / 150)
        for count in stride(from: 0, through: bytes.count, by: step) {
            _ = try Fixture.scan([path: Array(bytes.prefix(count))])
        }
    }

    @Test(arguments: files.indices)
    func everyDamagedByteIsSurvived(_ index: Int) throws {
        let (path, bytes) = Self.files[index]
        let interesting = bytes.indices.filter { bytes.count < 1000 || bytes[$0] != 0 || $0 % 97 == 0 }
        let step = max(1, interesting.count / 120)
        for place in stride(from: 0, to: interesting.count, by: step) {
            for value: UInt8 in [0x00, 0x7f, 0xff] {
                var damaged = bytes
                damaged[interesting[place]] = value
                _ = try Fixture.scan([path: damaged])
            }
        }
    }

    static func nested(_ depth: Int) -> [UInt8] {
        depth == 0 ? Fixture.jar("Name: end\n") : Fixture.jar("Name: a\n", [("n.jar", nested(depth - 1))])
    }

    static func patched(_ bytes: [UInt8], at offset: Int, _ replacement: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes.replaceSubrange(offset..<offset + replacement.count, with: replacement)
        return bytes
    }

    /// Each is a problem, told with the file's name, and the package beside it is found.
    @Test(arguments: [
        ("/a.jar", Fixture.jar("Name: a\n", [("bomb.jar", Array(repeating: 0, count: 300 << 20))]), "unpacks to more"),
        ("/a.jar", nested(8), "deep"),
        ("/a.jar", Array("PK\u{5}\u{6}".utf8) + Array(repeating: 0xff, count: 18), "entries"),
        ("/a.jar", Array(repeating: 0x50, count: 100), "no zip archive"),
        ("/bin/x", patched(Fixture.goInline(), at: 60, [0xff, 0xff]), "wrong length"),
        ("/bin/x", patched(Fixture.goInline(), at: 40, Array(repeating: 0x7f, count: 8)), "ends before"),
        ("/bin/x", Array(Fixture.goInline().prefix(300)), "ends before"),
        ("/bin/x", patched(Fixture.goInline(), at: 4096 + 32, Array(repeating: 0xff, count: 10)), "cut off"),
        (
            "/bin/x", Fixture.elf([(".dep-v0", Fixture.deflated(Array(repeating: 0x20, count: 20 << 20), bits: 15))]),
            "unpacks to more"
        ),
        ("/bin/x", Fixture.elf([(".dep-v0", [1, 2, 3])]), "compressed data"),
        ("/var/lib/rpm/Packages.db", patched(Fixture.ndb(), at: 12, [0xff, 0xff, 0xff, 0xff]), "table"),
        ("/var/lib/rpm/Packages.db", patched(Fixture.ndb(), at: 4096 + 12, [0xff, 0xff, 0xff, 0x7f]), "longer"),
        // A page that follows itself.
        ("/var/lib/rpm/Packages", patched(Fixture.berkeley(), at: 1024 + 16, [2, 0, 0, 0]), "chain"),
        ("/var/lib/rpm/Packages", patched(Fixture.berkeley(), at: 20, [3, 0, 0, 0]), "pages have 3 bytes"),
        ("/var/lib/rpm/rpmdb.sqlite", Array("SQLite format 3\0".utf8) + Array(repeating: 0xff, count: 4096), "SQLite"),
        (
            // A view in place of the table, that would never end.
            "/var/lib/rpm/rpmdb.sqlite",
            Fixture.sqlite([
                "CREATE VIEW Packages AS WITH RECURSIVE c(hnum) AS (SELECT 1 UNION ALL SELECT hnum + 1 FROM c) "
                    + "SELECT hnum, zeroblob(1) AS blob FROM c"
            ]), "interrupted"
        ),
        ("/a/package.json", Array(String(repeating: "[", count: 100_000).utf8), "nested deeper"),
    ])
    func harmIsToldAndContained(_ path: String, _ bytes: [UInt8], _ message: String) throws {
        let bill = try Fixture.scan([path: bytes, "/z/package.json": Array(#"{"name":"z","version":"1"}"#.utf8)])
        #expect(bill.packages.contains { $0.name == "z" })
        let problem = try #require(bill.problems.first)
        #expect(problem.path.hasPrefix(path))
        #expect(problem.message.contains(message), "\(problem.message)")
    }

    @Test func namesFromOutsideStayNames() throws {
        let name = "a\"b\n/../c?d#e@f\u{202e}"
        let bill = try Fixture.scan([
            "/p/package.json": Array("{\"name\":\"a\\\"b\\n/../c?d#e@f\\u202e\",\"version\":\"1 2\"}".utf8)
        ])
        #expect(bill.packages.map(\.name) == [name])
        #expect(bill.packages[0].packageURL.description == "pkg:npm/a%22b%0A/..%2Fc%3Fd%23e%40f%E2%80%AE@1%202")
        #expect(
            bill.identifiers[0].utf8.allSatisfy {
                $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            })
    }
}
