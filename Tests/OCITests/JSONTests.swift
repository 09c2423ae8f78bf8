import OCI
import Testing

struct JSONTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "1.50", "1e400", "-1E-5", "\"\"", "\"a\\\"b\\\\c\\n\\t\\u0001\"", "\"ü€😀\"", "[]", "{}", "[1,[2,[]],{}]",
        "{\"a\":null,\"b\":[{\"c\":\"d\"}]}",
    ])
    func whatIsReadIsWrittenAgain(_ text: String) throws {
        #expect(String(decoding: try JSONValue(parsing: text).encoded(), as: UTF8.self) == text)
    }

    @Test(arguments: [
        (" \n{ \"b\" : 1 , \"a\" : [ ] }\t", "{\"a\":[],\"b\":1}"),
        ("{\"a\":1,\"a\":2}", "{\"a\":2}"),
        ("\"\\u0041\\ud83d\\ude00\\/\\b\\f\\r\"", "\"A😀/\\u0008\\u000c\\r\""),
        ("\"\\ud800x\\udc00\\ud800\\ud800\\udc00\"", "\"\u{fffd}x\u{fffd}\u{fffd}\u{10000}\""),
        (
            "{\"zeta\":1,\"annotations\":2,\"digest\":3,\"mediaType\":4,\"Zeta\":5,\"size\":6}",
            "{\"mediaType\":4,\"digest\":3,\"size\":6,\"annotations\":2,\"Zeta\":5,\"zeta\":1}"
        ),
    ])
    func readsAsGoDoesAndWritesInAFixedOrder(_ text: String, _ expected: String) throws {
        #expect(String(decoding: try JSONValue(parsing: text).encoded(), as: UTF8.self) == expected)
    }

    @Test func indents() throws {
        let bytes = try JSONValue(parsing: "{\"a\":[1,2],\"b\":{},\"c\":[]}").encoded(indentation: 2)
        #expect(
            String(decoding: bytes, as: UTF8.self) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}"
        )
    }

    static let hostile: [[UInt8]] =
        [
            "", " ", "nul", "truex", "True", "+1", "01", "-", "1.", ".5", "1e", "0x1", "NaN", "Infinity", "[", "]",
            "[1",
            "[1,", "[1,]", "[,]", "[1 2]", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
            "{a:1}",
            "{1:1}", "{\"a\" 1}", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\\u", "\"a\nb\"",
            "\"\0\"",
            "1 1", "{} {}", "// c\n1", "\u{feff}1", "'a'",
        ].map { Array($0.utf8) } + [
            [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc3, 0x22],
            [0xff, 0xfe],
            Array(repeating: UInt8(ascii: "["), count: 1_000_000),
            Array(String(repeating: "{\"a\":", count: 200_000).utf8),
            Array((String(repeating: "[", count: 101) + String(repeating: "]", count: 101)).utf8),
        ]

    @Test(arguments: hostile)
    func refusesWhatIsNoJSON(_ bytes: [UInt8]) {
        #expect { try JSONValue(parsing: bytes) } throws: { ($0 as? OCIError)?.code == .invalidJSON }
    }

    @Test func takesTheDeepestAllowedNesting() throws {
        let text = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        _ = try JSONValue(parsing: text)
    }

    @Test(.timeLimit(.minutes(10))) func manyKeysTakeLinearTime() throws {
        let text = "{" + (0..<300_000).map { "\"k\($0)\":0" }.joined(separator: ",") + "}"
        #expect(try JSONValue(parsing: text).objectValue?.count == 300_000)
    }

    @Test func membersAreSetAndRemoved() {
        var value: JSONValue = .null
        value["a"] = 1
        value["b"] = ["x", true]
        value["a"] = nil
        #expect(value == ["b": ["x", true]])
    }
}
