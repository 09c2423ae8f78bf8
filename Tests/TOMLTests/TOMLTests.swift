import Testing

@testable import TOML

@Suite struct TOMLTests {
    /// A document in a form that is easily compared.
    static func described(_ value: TOMLValue) -> String {
        switch value {
        case .string(let text): "\"\(text)\""
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let value): "\(value)"
        case .dateTime(let text): text
        case .array(let elements): "[" + elements.map(described).joined(separator: ", ") + "]"
        case .table(let table):
            "{"
                + table.members.sorted { $0.key < $1.key }.map { "\($0.key): \(described($0.value.value))" }
                .joined(separator: ", ") + "}"
        }
    }

    static func read(_ text: String) throws -> String {
        described(.table(try TOMLTable(parsing: Array(text.utf8))))
    }

    @Test(
        arguments: [
            ("", "{}"),
            ("\u{FEFF}# nothing\r\n\r\n", "{}"),
            ("a = 1 # one\nb.c = true\nb.\"d e\" = 'x\\y'", #"{a: 1, b: {c: true, d e: "x\y"}}"#),
            ("a = +1_000\nb = -0x1\n", nil),
            ("a = 0xFf_0\nb = 0o17\nc = 0b101\nd = -17\ne = 0", "{a: 4080, b: 15, c: 5, d: -17, e: 0}"),
            ("a = 1.5\nb = -2e3\nc = 6.25E-1\nd = inf", "{a: 1.5, b: -2000.0, c: 0.625, d: inf}"),
            (
                "a = 2026-11-22\nb = 07:32:00.5\nc = 2026-11-22 07:32:00Z\nd = 2026-11-22T07:32:00-07:00",
                "{a: 2026-11-22, b: 07:32:00.5, c: 2026-11-22 07:32:00Z, d: 2026-11-22T07:32:00-07:00}"
            ),
            (#"a = "\t\"\\\u00e9\U0001F600""#, "{a: \"\t\"\\é😀\"}"),
            ("a = \"\"\"\nx\n\\\n   y\"\"\"\"\"\n", "{a: \"x\ny\"\"\"}"),
            ("a = '''\n\\n'x'''", "{a: \"\\n'x\"}"),
            ("a = [ 1, # one\n 'b' ,\n [true], ]", #"{a: [1, "b", [true]]}"#),
            ("a = {b = 1, c.d = [2], e = {}}", "{a: {b: 1, c: {d: [2]}, e: {}}}"),
            ("[a.b]\nx = 1\n[a]\ny = 2\n[ a . 'c' ]\nz = 3", "{a: {b: {x: 1}, c: {z: 3}, y: 2}}"),
            (
                "[[r]]\nx = 1\n[[r.m]]\ny = 1\n[[r.m]]\ny = 2\n[r.t]\n[[r]]\nx = 2\n[[r.m]]\ny = 3",
                "{r: [{m: [{y: 1}, {y: 2}], t: {}, x: 1}, {m: [{y: 3}], x: 2}]}"
            ),
            ("[a]\nb.c = 1\n[a.d]\n", "{a: {b: {c: 1}, d: {}}}"),
        ] as [(String, String?)])
    func reads(text: String, expected: String?) throws {
        guard let expected else {
            #expect(throws: TOMLError.self) { try Self.read(text) }
            return
        }
        #expect(try Self.read(text) == expected)
    }

    /// What the specification forbids, with the line that the message names.
    @Test(arguments: [
        ("a = 1\na = 2", 2), ("a = 1\n\n[a]", 3), ("[a]\n[a]", 2), ("[a]\nb = 1\n[a.b]", 3), ("[[a]]\n[a]", 2),
        ("[a]\n[[a]]", 2), ("a = []\n[[a]]", 2), ("a = {}\n[a.b]", 2), ("a = {}\na.b = 1", 2), ("a.b = 1\n[a]", 2),
        ("[a.b]\n[a]\nb.c = 1", 3), ("a = {b = 1, b = 2}", 1), ("a = {b = 1,}", 1), ("a = {b = 1\n}", 1),
        ("a", 1), ("a =", 1), ("= 1", 1), ("a = b", 1), ("a = 1 b = 2", 1), ("a = \"x", 1), ("a = \"x\ny\"", 1),
        ("a = 'x", 1), ("a = '''x", 1), (#"a = "\q""#, 1), (#"a = "\ud800""#, 1), (#"a = "\u12""#, 1),
        ("a = \"\u{1}\"", 1), ("# \u{0}", 1), ("a = 1\rb = 2", 1), ("a = 01", 1), ("a = 1__0", 1), ("a = _1", 1),
        ("a = 1.", 1), ("a = .5", 1), ("a = 1e", 1), ("a = 9223372036854775808", 1), ("a = 0x", 1), ("a = 0b2", 1),
        ("a = 2026-1-1", 1), ("a = [1 2]", 1), ("a = [", 1), ("[a", 1), ("[[a]", 1), ("[]", 1), ("[a] b", 1),
        ("a..b = 1", 1), ("é = 1", 1), ("a = True", 1), ("\n\na = {", 3), ("a = \"\"\"\n\n\\q\"\"\"", 3),
    ])
    func refuses(text: String, line: Int) throws {
        let error = #expect(throws: TOMLError.self) { try Self.read(text) }
        #expect(error?.line == line, "\(error as Any)")
    }

    @Test func showsTheLine() {
        let error = #expect(throws: TOMLError.self) { try Self.read("x = 1\nlocation = mirror.example\ny = 2\n") }
        #expect(error?.line == 2)
        #expect(error?.text == "location = mirror.example")
        #expect(error?.message == "\"mirror.example\" is no value; strings are in quotes")
    }

    @Test func remembersLines() throws {
        let table = try TOMLTable(parsing: Array("\n[[r]]\na = 1\n\n[[r]]\nb = [\n1]\nc = 2\n".utf8))
        let elements = table["r"]?.arrayValue?.compactMap(\.tableValue) ?? []
        #expect(elements.map(\.line) == [2, 5])
        #expect(elements.last?.members["c"]?.line == 8)
    }

    /// Bytes that nobody wrote by hand: an answer in bounded time, and no crash.
    @Test(arguments: [
        String(repeating: "[", count: 100_000), "a = " + String(repeating: "[", count: 100_000),
        "a = " + String(repeating: "{a=", count: 100_000), String(repeating: "a.", count: 100_000) + "a = 1",
        "a = \"\"\"" + String(repeating: "\"", count: 7), "a = " + String(repeating: "9", count: 100_000),
        "[" + String(repeating: "a.", count: 1000) + "a]", "\u{FEFF}\u{FEFF}",
    ])
    func endures(text: String) {
        #expect(throws: TOMLError.self) { try Self.read(text) }
    }

    @Test func readsManyTablesInLinearTime() throws {
        let text = (0..<20_000).map { "[[r]]\nn = \($0)\n[[r.m]]\n" }.joined()
        #expect(try TOMLTable(parsing: Array(text.utf8))["r"]?.arrayValue?.count == 20_000)
    }

    @Test func refusesWhatIsNotText() {
        #expect(throws: TOMLError.self) { try TOMLTable(parsing: [0x61, 0x3D, 0x27, 0xFF, 0x27]) }
        // Every prefix and every changed byte of a valid document: no crash.
        let document = Array(
            "[[a]]\nb = \"\\u00e9\" # c\n'd'.e = [1.5, {f = 2026-11-22}]\ng = \"\"\"x\\\n y\"\"\"\n".utf8)
        for index in document.indices {
            _ = try? TOMLTable(parsing: Array(document[..<index]))
            for byte: UInt8 in [0, 0x0a, 0x22, 0x5b, 0x7d, 0xff] {
                var changed = document
                changed[index] = byte
                _ = try? TOMLTable(parsing: changed)
            }
        }
    }
}
