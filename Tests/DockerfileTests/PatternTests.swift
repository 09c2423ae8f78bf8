import Dockerfile
import Testing

struct PatternTests {
    @Test(arguments: [
        ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true), ("a*", "ab/c", false),
        ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false), ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false), ("ab[c]", "abc", true), ("ab[b-d]", "abc", true),
        ("ab[e-g]", "abc", false), ("ab[^c]", "abc", false), ("ab[^e-g]", "abc", true), ("a\\*b", "a*b", true),
        ("a\\*b", "ab", false), ("a?b", "aéb", true), ("a???b", "aéb", false), ("[a-ζ]*", "α", true),
        ("a?b", "a/b", false), ("a*b", "a/b", false), ("[\\]a]", "]", true), ("[\\-x]", "-", true),
        ("[x\\-]", "z", false), ("*x", "xxx", true), ("", "", true), ("", "a", false), ("*[^a]*b", "ab/cb", true),
        ("[b-a]", "a", false), ("[^b-a]", "a", true),
    ])
    func goPatterns(pattern: String, path: String, expected: Bool) throws {
        #expect(try GoPattern(pattern).matches(path) == expected)
    }

    @Test(arguments: ["[", "[^", "[^bc", "a[", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "\\", "a[b\\"])
    func malformed(pattern: String) {
        #expect(throws: GoPattern.SyntaxError.self) { try GoPattern(pattern) }
    }

    @Test(arguments: [
        ("**", "file", true), ("**", "dir/file", true), ("**/**", "dir/file", true), ("dir/**", "dir/file", true),
        ("dir/**", "dir", false), ("dir/**", "dir/a/b", true), ("**/dir", "dir", true), ("**/dir", "a/dir/file", true),
        ("**/dir2/*", "dir/dir2/file", true), ("**/dir2/**", "dir/dir2/dir2/file", true),
        ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("a/**/b", "a/xb", false),
        ("a*b", "a/b", false), ("*.go", "x.go", true), ("*.go", "d/x.go", false), ("**/*.go", "d/x.go", true),
        ("**file", "my-file", true), ("**file", "d/my-file", true), ("dir**", "directory/x", true),
        ("file", "file/below", true), (".*", ".foo", true), (".*", "foo", false), ("abc.def", "abcZdef", false),
        ("abc?def", "abcZdef", true), ("a\\*b", "a*b", true), ("a(b", "a(b", true), ("$x", "$x", true),
        ("[a-c]x", "bx", true), ("./a//b/", "a/b", true), ("!a", "a", false),
    ])
    func excludes(pattern: String, path: String, expected: Bool) throws {
        #expect(try IgnorePatterns([pattern]).matches(path) == expected)
    }

    @Test(arguments: [
        ("*\n!foo", "foo", false), ("*\n!foo", "bar", true), ("!foo\n*", "foo", true),
        ("docs\n!docs/README.md", "docs/README.md", false), ("docs\n!docs/README.md", "docs/x", true),
        ("# a comment\n  foo  \n", "foo", true), (" # no comment", "# no comment", true),
        ("/foo", "foo", true), ("! /foo\n", "foo", false), ("foo/\r\nbar", "foo/x", true),
        ("\u{FEFF}foo", "foo", true), ("", "foo", false), ("*", ".", false), (".", "foo", false),
        ("a/../b", "b", true), ("/\u{301}a", "\u{301}a", true), ("*\n!\u{301}a", "\u{301}a", false),
        ("*\n!**/*.go\nx", "x/y.go", true), ("*\n!**/*.go\nx", "z/y.go", false),
    ])
    func ignoreFiles(text: String, path: String, expected: Bool) throws {
        #expect(try IgnorePatterns(file: Array(text.utf8)).matches(path) == expected)
    }

    @Test(arguments: [("!", 1), ("a\n!\n", 2), ("a\n\n[", 3), ("a\\", 1), ("a\n[b-a]", 2)])
    func ignoreFileErrors(text: String, line: Int) {
        let error = #expect(throws: IgnorePatterns.ParsingError.self) {
            try IgnorePatterns(file: Array(text.utf8))
        }
        #expect(error?.line == line)
    }

    @Test func walkingAgreesWithMatching() throws {
        let patterns = try IgnorePatterns(file: Array("*\n!a/b\na/b/*.o\n!**/keep.o\n".utf8))
        for path in ["a", "a/b", "a/b/x.o", "a/b/keep.o", "a/c", "keep.o", "d/e/keep.o", "d/e/f"] {
            var match: IgnorePatterns.Match?
            var prefix = ""
            for element in path.split(separator: "/") {
                prefix += (prefix.isEmpty ? "" : "/") + element
                match = patterns.match(prefix, below: match)
            }
            #expect(match?.isIgnored == patterns.matches(path), "\(path)")
        }
    }

    @Test(arguments: [
        ("node_modules", "node_modules", false),
        ("*\n!src/main.c", "src", true),
        ("*\n!src/main.c", "docs", false),
        ("*\n!src/main.c", "src/lib", false),
        ("*\n!**/*.go", "a/b/c", true),
        ("!src/x\nsrc", "src", false),
        ("*\n!s?c/*/x", "src", true),
        ("*\n!s?c/*/x", "src/a", true),
        ("*\n!s?c/*/x", "src/a/b", false),
        ("*\n!src/\u{301}a/x\nsrc/\u{301}a", "src/\u{301}a", false),
    ])
    func pruning(text: String, directory: String, expected: Bool) throws {
        let patterns = try IgnorePatterns(file: Array(text.utf8))
        #expect(patterns.mayContainExceptions(below: directory) == expected)
    }

    @Test func pathologicalPatternsAreFast() throws {
        let pattern = String(repeating: "*a", count: 60) + "b"
        let path = String(repeating: "a", count: 2000)
        let start = ContinuousClock.now
        #expect(try !GoPattern(pattern).matches(path))
        #expect(try !IgnorePatterns([String(repeating: "**/a/", count: 60) + "b"]).matches(path))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test(arguments: [
        ("", "."), ("a//b/./c/..", "a/b"), ("/../a", "/a"), ("../../a", "../../a"), ("a/../..", ".."), ("/", "/"),
        ("./", "."), ("/a/", "/a"),
    ])
    func cleaning(path: String, expected: String) {
        #expect(GoPath.clean(path) == expected)
    }
}
