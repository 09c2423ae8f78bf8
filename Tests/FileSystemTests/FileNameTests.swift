import FileSystem
import SystemPackage
import Testing

struct FileNameTests {
    @Test(arguments: [
        "a", "...", ".a", "..a", "a.", " ", "ä", "-rf", "a\\b", "\n", String(repeating: "n", count: 4000),
    ])
    func `Any bytes but slash and NUL are a name`(text: String) throws {
        let name = try #require(FileName(text))
        #expect(name.description == text)
        #expect(name.bytes == Array(text.utf8))
        #expect(name.component == FilePath(text))
    }

    @Test(arguments: ["", ".", "..", "/", "a/b", "/a", "a/", "a\0b", "\0"])
    func `What could lead elsewhere is no name`(text: String) {
        #expect(FileName(text) == nil)
    }

    @Test func `Bytes that are not UTF-8 survive`() throws {
        let name = try #require(FileName(bytes: [0xff, 0xfe, 0x41]))
        #expect(name.bytes == [0xff, 0xfe, 0x41])
        #expect(FileName(try #require(name.component.lastComponent)) == name)
        #expect(FilePath(bytes: name.bytes).bytes == [0xff, 0xfe, 0x41])
    }

    @Test func `Order is by unsigned bytes`() throws {
        let high = try #require(FileName(bytes: [0xff]))
        #expect("Z" < ("a" as FileName))
        #expect("a" < high)
        #expect("a" < ("ab" as FileName))
        #expect(["b", "a-b", "a", high].sorted() == ["a", "a-b", "b", high])
    }

    @Test(arguments: [
        ("a", true, "a-b", false, false), ("a-b", false, "a", true, true), ("a", false, "a-b", false, true),
        ("a", true, "a0", false, true), ("a", true, "b", true, true), ("b", false, "a", true, false),
    ])
    func `A directory sorts as if its name ended in a slash`(
        left: String, leftIsDirectory: Bool, right: String, rightIsDirectory: Bool, expected: Bool
    ) throws {
        let (left, right) = (try #require(FileName(left)), try #require(FileName(right)))
        #expect(
            left.precedes(right, selfIsDirectory: leftIsDirectory, otherIsDirectory: rightIsDirectory) == expected)
    }
}
