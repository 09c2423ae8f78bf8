import Dockerfile
import Testing

struct ExpansionTests {
    private static let values = [
        "a": "abcabc", "empty": "", "words": "x y", "path": "/usr/local/bin", "e": "é*ü", "image": "idlebox",
        "arg": "def_value", "star": "a*b", "ports": "3000 4000/udp",
    ]

    private static func expand(_ text: String, escape: EscapeToken = .backslash) throws -> Expansion {
        try Expander(escape: escape) { values[$0] }.expand(text: text)
    }

    @Test(arguments: [
        ("", ""),
        ("plain", "plain"),
        ("$a", "abcabc"),
        ("${a}", "abcabc"),
        ("x${a}y$a-z", "xabcabcyabcabc-z"),
        ("$unset!", "!"),
        ("${unset}", ""),
        ("$", "$"),
        ("$/", "$/"),
        ("$1$@$$", ""),
        ("a$1b", "ab"),
        ("\\$a", "$a"),
        ("\\\\$a", "\\abcabc"),
        ("'$a'", "$a"),
        ("\"$a\"", "abcabc"),
        ("\"\\$a \\\" \\\\ \\x\"", "$a \" \\ \\x"),
        ("'it'\"'s'\"", "it's'"),
        ("trailing\\", "trailing"),
        ("${unset:-d}", "d"),
        ("${unset-d}", "d"),
        ("${empty:-d}", "d"),
        ("${empty-d}", ""),
        ("${a:-d}", "abcabc"),
        ("${a:+d}", "d"),
        ("${empty:+d}", ""),
        ("${empty+d}", "d"),
        ("${unset+d}", ""),
        ("${a:?no}", "abcabc"),
        ("${empty?no}", ""),
        ("${unset:-${unset2:-${a}}}", "abcabc"),
        ("${unset:-\"a }\"}", "a }"),
        ("${unset:-a\\}b}", "a}b"),
        ("${image#idle}", "box"),
        ("${arg%%e*}", "d"),
        ("${arg%e*}", "def_valu"),
        ("${a#*b}", "cabc"),
        ("${a##*b}", "c"),
        ("${a%b*}", "abca"),
        ("${a%%b*}", "a"),
        ("${a#?}", "bcabc"),
        ("${a#x}", "abcabc"),
        ("${a%}", "abcabc"),
        ("${path##*/}", "bin"),
        ("${path%/*}", "/usr/local"),
        ("${star#a\\*}", "b"),
        ("${star%\\*b}", "a"),
        ("${e%?}", "é*"),
        ("${a/b/X}", "aXcabc"),
        ("${a//b/X}", "aXcaXc"),
        ("${a/b*/X}", "aX"),
        ("${a//[b]/X}", "abcabc"),
        ("${path//\\//_}", "_usr_local_bin"),
        ("${a//b/}", "acac"),
        ("${a/$unset/X}", "Xabcabc"),
        ("${a//?/x}", "xxxxxx"),
        ("${a//*/x}", "x"),
        ("${a#${unset:-ab}}", "cabc"),
        ("a<<b", "a<<b"),
        ("été$é", "été"),
        ("a$1\u{663}b", "ab"),
        ("$\u{663}b", "b"),
        ("${unset///d}", "d"),
        ("${unset/*/d}", "d"),
        ("${unset/?/d}", ""),
    ])
    func forms(text: String, expected: String) throws {
        #expect(try Self.expand(text).text == expected)
    }

    @Test(arguments: [
        ("${a", "syntax error: missing '}'"),
        ("${", "syntax error: missing '}'"),
        ("${}", "syntax error: bad substitution"),
        ("${:x}", "syntax error: bad substitution"),
        ("${{a}}", "syntax error: bad substitution"),
        ("${a:-", "syntax error: missing '}'"),
        ("${a^^}", "unsupported modifier (^) in substitution"),
        ("${a:#x}", "unsupported modifier (:#) in substitution"),
        ("${a:%x}", "unsupported modifier (:%) in substitution"),
        ("${a:1:2}", "unsupported modifier (:1) in substitution"),
        ("${unset:?is needed}", "unset: is needed"),
        ("${unset?}", "unset: is not allowed to be unset"),
        ("${empty:?}", "empty: is not allowed to be empty"),
        ("${unset:?\"foo missing\"}", "unset: foo missing"),
        ("${a//b}", "syntax error: missing '/' in ${}"),
        ("${a/b/c", "syntax error: missing '}'"),
        ("${unset/\\x/}", "invalid pattern (\\x) in substitution: invalid escape '\\x'"),
        ("${a#\\x}", "invalid pattern (\\x) in substitution: invalid escape '\\x'"),
        ("'a", "unexpected end of statement while looking for matching single-quote"),
        ("\"a", "unexpected end of statement while looking for matching double-quote"),
    ])
    func errors(text: String, message: String) {
        let error = #expect(throws: ExpansionError.self) { try Self.expand(text) }
        #expect(error?.message.hasSuffix(message) == true)
        #expect(error?.message.hasPrefix("failed to process \"") == true)
    }

    @Test(arguments: [
        ("$ports", ["3000", "4000/udp"]),
        ("\"$ports\" 80", ["3000 4000/udp", "80"]),
        ("a$words-b", ["ax", "y-b"]),
        ("a\\ b c", ["a b", "c"]),
        ("80${unset:-81}", ["8081"]),
        ("  $empty '' ", []),
    ])
    func words(text: String, expected: [String]) throws {
        #expect(try Self.expand(text).words == expected)
    }

    @Test func escapeTokenOfTheFile() throws {
        #expect(try Self.expand("`$a \\$a", escape: .backtick).text == "$a \\abcabc")
        #expect(try Self.expand("\"`\" \\\"", escape: .backtick).text == "\" \\")
    }

    @Test(arguments: [
        ("\"quotes in file\"\n", "\"quotes in file\"\n"),
        ("\\\n", "\n"),
        ("\\\\\n", "\\\n"),
        ("\\$\n", "$\n"),
        ("Hello '${a}'!\n", "Hello 'abcabc'!\n"),
    ])
    func heredocBodies(text: String, expected: String) throws {
        #expect(try Expander(escape: .backtick) { Self.values[$0] }.expandRaw(text: text).text == expected)
    }

    @Test func reportsVariables() throws {
        let expansion = try Self.expand("$a ${unset:-$b} ${empty}")
        #expect(expansion.used == ["a", "empty"])
        #expect(expansion.undefined == ["unset", "b"])
    }

    @Test func display() {
        let expander = Expander { Self.values[$0] }
        #expect(
            expander.expandForDisplay("echo \"$a\" '$a' $unset ${unset:-x}")
                == "echo \"abcabc\" '$a' $unset ${unset:-x}")
        #expect(expander.expandForDisplay("echo ${a^^}") == "echo ${a^^}")
    }

    @Test func errorsHaveThePlace() throws {
        let file = try parse("ARG FOO=${FOO:?\"custom error\"}\nFROM a")
        guard case .arg(let arg) = file.globalArguments[0].body, let word = arg.arguments[0].defaultValue else {
            Issue.record("no ARG")
            return
        }
        let expander = Expander(escape: file.directives.escape, source: file.source) { _ in nil }
        let error = #expect(throws: DockerfileError.self) { try expander.expandWord(word) }
        #expect(error?.message.contains("FOO: custom error") == true)
        #expect(error?.description.contains("Dockerfile:1:9") == true)
    }
}
