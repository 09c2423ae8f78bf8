import Testing

@testable import slipway

@Suite struct CSVFieldsTests {
    @Test(arguments: [
        ("a", ["a"]), ("a,b", ["a", "b"]), ("", [""]), ("a,,b", ["a", "", "b"]), ("\"a,b\",c", ["a,b", "c"]),
        ("\"a\"\"b\"", ["a\"b"]), ("type=local,dest=x", ["type=local", "dest=x"]), ("a,", ["a", ""]),
    ])
    func fields(text: String, expected: [String]) throws {
        #expect(try CSVFields.parse(text) == expected)
    }

    @Test(arguments: ["\"a", "a\"b", "\"a\"b", "\""])
    func malformed(text: String) {
        #expect(throws: CommandLineError.self) { try CSVFields.parse(text) }
    }
}
