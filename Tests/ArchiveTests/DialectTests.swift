import SystemPackage
import Testing

@testable import Archive

/// Variants of the header which no tool at hand writes.
@Suite struct DialectTests {
    private static func read(_ bytes: [UInt8]) throws -> [Member] { try members(of: bytes + HostileTarTests.end) }

    @Test func starHasAShorterPrefix() throws {
        let block = HostileTarTests.header { block in
            block.replaceSubrange(345..<348, with: Array("dir".utf8))
            block.replaceSubrange(476..<487, with: Array("14536253000".utf8))
            block.replaceSubrange(508..<512, with: Array("tar\0".utf8))
        }
        #expect(try Self.read(block).map(\.entry.path) == ["dir/f"])
    }

    @Test func headersOfGNUTarHaveNoPrefix() throws {
        let block = HostileTarTests.header { block in
            block.replaceSubrange(257..<265, with: Array("ustar  \0".utf8))
            block.replaceSubrange(345..<356, with: Array("14536253000".utf8))
        }
        #expect(try Self.read(block).map(\.entry.path) == ["f"])
    }

    @Test func checkSumsOfSignedBytes() throws {
        var block = HostileTarTests.header { $0[1] = 0xe9 }
        let sum = block.indices.reduce(0) { sum, index in
            sum + ((148..<156).contains(index) ? 0x20 : Int(Int8(bitPattern: block[index])))
        }
        let octal = String(sum, radix: 8)
        block.replaceSubrange(
            148..<155, with: Array((String(repeating: " ", count: 6 - octal.count) + octal + "\0").utf8))
        #expect(try Self.read(block).map(\.entry.path) == [FilePath(platformString: [0x66, -0x17, 0])])
    }

    @Test(arguments: [("0", true), ("7", true), ("\0", true), ("5", true), ("D", true), ("1", false), ("2", false)])
    func finalSlashesMakeDirectories(type: Character, isDirectory: Bool) throws {
        let block = HostileTarTests.header(name: "d/", type: type) { $0[157] = 0x78 }
        let entry = try #require(try Self.read(block).first?.entry)
        #expect(entry.path == "d")
        #expect((entry.kind == .directory) == isDirectory)
    }

    /// As Go, GNU tar and POSIX have it: only files and GNU's lists of names have contents.
    @Test(arguments: ["1", "2", "3", "4", "5", "6"]) func sizesOfOtherKindsMeanNothing(type: Character) throws {
        let block = HostileTarTests.header(type: type, size: "00000001000") { $0[157] = 0x78 }
        let read = try Self.read(block + HostileTarTests.header(name: "next"))
        #expect(read.map(\.entry.path) == ["f", "next"])
        #expect(read.map(\.entry.size) == [0, 0])
    }

    @Test func listsOfNamesAreSkipped() throws {
        let block = HostileTarTests.header(name: "d/", type: "D", size: "00000001001")
        let read = try Self.read(block + sample(1024) + HostileTarTests.header(name: "next"))
        #expect(read.map(\.entry.path) == ["d", "next"])
        #expect(read.map(\.contents) == [[], []])
    }

    @Test func localHeadersOverrideGlobalOnesAndEmptyValuesTakeThemBack() throws {
        let record = HostileTarTests.record
        let bytes =
            HostileTarTests.pax(record("uid", "5") + record("gid", "6"), type: "g")
            + HostileTarTests.pax(record("uid", "7") + record("gid", "")) + HostileTarTests.header()
            + HostileTarTests.header()
        let read = try Self.read(bytes)
        #expect(read.map(\.entry.uid) == [7, 5])
        #expect(read.map(\.entry.gid) == [0, 6])
    }

    @Test func theSamePathMayOccurTwice() throws {
        let read = try Self.read(HostileTarTests.header() + HostileTarTests.header(name: "./f", type: "5"))
        #expect(read.map(\.entry.path) == ["f", "f"])
    }

    @Test(
        arguments: [
            ("a/../b", false, "b"), ("../../etc", false, "etc"), ("/..", false, ""), ("a/..b", true, "a/..b"),
            ("..", false, ""),
            ("a/b/../../../c", false, "c"),
        ] as [(String, Bool, FilePath)])
    func pathsThatLeadOutside(name: String, isContained: Bool, clamped: FilePath) throws {
        let entry = try #require(try Self.read(HostileTarTests.header(name: name, type: "5")).first?.entry)
        #expect(entry.isContained == isContained)
        #expect(entry.clamped.path == clamped)
        let link = HostileTarTests.header(name: "l", type: "1") {
            $0.replaceSubrange(157..<157 + name.utf8.count, with: name.utf8)
        }
        if clamped != "" { #expect(try Self.read(link).first?.entry.isContained == isContained) }
    }
}
