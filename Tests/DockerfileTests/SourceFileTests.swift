import Dockerfile
import Testing

struct SourceFileTests {
    @Test func locations() {
        let file = SourceFile(name: "Dockerfile", text: "FROM a\nRUN é x\n")
        #expect(file.lineCount == 2)
        #expect(file.location(at: 7) == SourceLocation(offset: 7, line: 2, column: 1))
        #expect(file.location(at: 14) == SourceLocation(offset: 14, line: 2, column: 7))
        #expect(file.location(at: 99).line == 3)
        #expect(file.line(2) == "RUN é x")
        #expect(file.line(9) == "")
    }

    @Test func byteOrderMarkIsDropped() throws {
        let file = SourceFile(name: "Dockerfile", text: "\u{FEFF}FROM a")
        #expect(file.location(at: 0).column == 1)
        #expect(try Dockerfile(parsing: file).stages.count == 1)
    }

    @Test func renderingPointsAtTheWord() throws {
        let error = try #require(parseError("FROM scratch\nFOO bar\n"))
        #expect(
            error.description == """
                error: unknown instruction: FOO
                 --> Dockerfile:2:1
                  |
                2 | FOO bar
                  | ^^^
                  = help: did you mean FROM?
                """)
    }

    @Test func renderingOfSeveralLines() throws {
        let error = try #require(parseError("FROM scratch\nCOPY \\\n  a\n"))
        #expect(error.description.contains("Dockerfile:2:1"))
        #expect(error.description.contains("3 | >>>   a"))
    }

    @Test func renderingHasNoControlCharacters() throws {
        let error = try #require(parseError("FROM scratch\nFOO \u{1B}[31m\u{202E}bar\u{7}\n"))
        #expect(!error.description.contains("\u{1B}"))
        #expect(!error.description.contains("\u{202E}"))
        #expect(!error.description.contains("\u{7}"))
    }

    @Test func rangesPointThroughContinuations() throws {
        let run = try instruction("RUN --network=none \\\n   echo \\\n # note\n   hi\nUSER x")
        #expect(run.range.lines == 2...5)
        guard case .run(let body) = run.body, case .shell(let word) = body.command else {
            Issue.record("no shell form")
            return
        }
        #expect(word.range.start.line == 3)
        #expect(word.range.start.column == 4)
        #expect(word.range.end.line == 5)
        #expect(run.text == "RUN --network=none    echo    hi")
    }
}
