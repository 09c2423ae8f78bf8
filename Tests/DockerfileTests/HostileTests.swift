import Dockerfile
import Testing

/// Input that is long, deep or broken: it must end in a value or an error, soon.
struct HostileTests {
    private static func lines(_ piece: String, _ count: Int) -> String {
        // Physical lines are short enough; together they are one long logical line.
        String(repeating: String(repeating: piece, count: 50) + "\\\n", count: count / 50)
    }

    static let texts = [
        "FROM a\nRUN " + lines("\\\\", 200_000),
        "FROM a\nRUN [" + lines("[", 100_000),
        "FROM a\nRUN [" + lines("{\"a\":", 100_000),
        "FROM a\nENV a=" + lines("\"'", 200_000),
        "FROM a\nENV " + lines("a=b ", 100_000),
        "FROM a\nENV " + lines("é=\u{3000} ", 30_000),
        "FROM a\nCOPY " + lines("<<a ", 20_000),
        "FROM a\nRUN " + lines("<", 500_000) + "\nx",
        "FROM a\nCOPY " + lines("--exclude=a ", 10_000) + " b c",
        "FROM a\n" + String(repeating: "#\n", count: 60_000),
        "FROM a\n" + String(repeating: "RUN <<E\nE\n", count: 5_000),
        "FROM a\nRUN a \\\n" + String(repeating: "\n", count: 60_000),
        String(repeating: "FROM a\n", count: 5_000),
        "FROM a\n" + String(repeating: "\\\n", count: 60_000),
        "FROM a\nONBUILD " + lines("RUN ", 100_000),
        String(repeating: "\n", count: 100_000),
    ]

    @Test(arguments: texts.indices)
    func parsingEndsSoon(index: Int) {
        let start = ContinuousClock.now
        do {
            _ = try parse(Self.texts[index])
        } catch {
            _ = error.description
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test(arguments: [
        String(repeating: "\\", count: 1_000_000),
        String(repeating: "${", count: 100_000),
        String(repeating: "${a:-", count: 100_000),
        String(repeating: "\"${a:-", count: 100_000),
        String(repeating: "${a:-", count: 99) + String(repeating: "x", count: 100_000)
            + String(repeating: "}", count: 99),
        String(repeating: "'", count: 500_001),
        String(repeating: "$a", count: 200_000),
        String(repeating: "<", count: 100_000),
        "${long##" + String(repeating: "*a", count: 2_000) + "b}",
        "${long//" + String(repeating: "?", count: 5_000) + "b/x}",
        "${long%%" + String(repeating: "a*", count: 2_000) + "b}",
        "${long//a/" + String(repeating: "x", count: 10_000) + "}",
        "${long//" + String(repeating: "*", count: 10_000) + "/x}",
    ])
    func expandingEndsSoon(text: String) {
        let long = String(repeating: "a", count: 100_000)
        let start = ContinuousClock.now
        let expander = Expander { $0 == "long" ? long : $0 == "a" ? "" : nil }
        do {
            _ = try expander.expand(text: text)
        } catch {
            _ = error.description
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func doublingVariablesAreRefused() throws {
        var value = "0123456789"
        let error = #expect(throws: ExpansionError.self) {
            for _ in 0..<30 { value = try Expander { _ in value }.expand(text: "$a$a$a$a").text }
        }
        #expect(error?.message.contains("longer than 16 MiB") == true)
    }

    @Test func nestingIsBounded() {
        let text = String(repeating: "${u:-", count: 101) + String(repeating: "}", count: 101)
        let error = #expect(throws: ExpansionError.self) { try Expander { _ in nil }.expand(text: text) }
        #expect(error?.message.contains("nested more than 100 deep") == true)
    }

    /// Changes real files at random places; a given seed always changes the same places.
    @Test func mutations() {
        var generator = SplitMix(state: 0x5EED)
        let fragments = [
            "\\\n", "<<EOF", "\"", "'", "${", "}", "[", "]", "--", "=", "\n", "\r\n", "\u{0}", "#", "`", "ONBUILD ",
            "FROM ", "RUN --mount=", ",", " ", "\t", "é", "\u{FEFF}", "# escape=`\n", "\\", "<<-'X'\n",
        ].map { Array($0.utf8) }
        let end = ContinuousClock.now + .seconds(2)
        var count = 0
        while ContinuousClock.now < end {
            var bytes = Array(tutorialDockerfiles[count % tutorialDockerfiles.count].utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes.insert(contentsOf: fragments.randomElement(using: &generator) ?? [], at: place)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 5))
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: 0)
                }
            }
            exercise(bytes)
            count += 1
        }
        #expect(count > 10)
    }

    private func exercise(_ bytes: [UInt8]) {
        let source = SourceFile(name: "Dockerfile", bytes: bytes)
        do {
            let file = try Dockerfile(parsing: source)
            let expander = Expander(escape: file.directives.escape, source: source) { $0.count > 3 ? $0 : nil }
            for stage in file.stages {
                for instruction in stage.instructions {
                    #expect(instruction.range.end.offset <= source.bytes.count)
                    _ = try? expander.expand(text: instruction.text)
                    guard case .run(let run) = instruction.body else { continue }
                    for mount in run.mounts { _ = try? mount.resolve(expander) }
                }
            }
        } catch {
            #expect(error.diagnostic.range.map { $0.end.offset <= source.bytes.count } == true)
            #expect(!error.description.isEmpty)
        }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}
