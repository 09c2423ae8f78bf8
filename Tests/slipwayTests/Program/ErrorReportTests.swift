import Archive
import BuildEngine
import ContentStore
import Dockerfile
import Glibc
import SystemPackage
import Testing

@testable import slipway

@Suite struct ErrorReportTests {
    private let plain = Palette(unicode: true, color: false)

    @Test func theDockerfileLineIsShown() {
        let source = SourceFile(name: "Dockerfile", text: "FROM scratch\nRUN a \\\n  b\n\u{1B}[2Jx\n")
        let error = BuildError(
            .processFailed, "process \"/bin/sh -c a b\" did not complete successfully: exit code: 3",
            range: source.range(13..<24), source: source, help: "look at the output above")
        let report = ErrorReport(error)
        #expect(report.exitCode == .failure)
        #expect(
            report.text(palette: plain) == """
                error: process "/bin/sh -c a b" did not complete successfully: exit code: 3
                 --> Dockerfile:2
                  |
                2 | RUN a \\
                3 |   b
                  |
                  = help: look at the output above

                """)
    }

    @Test(arguments: [
        (5..<8, " --> Dockerfile:1:6", "  |      ^^"), (0..<12, " --> Dockerfile:1:1", "  | ^^^^^^^^^^"),
        (10..<12, " --> Dockerfile:1:9", "  |          ^"),
    ])
    func columnsAreMarked(_ range: Range<Int>, _ place: String, _ marks: String) {
        // Two of the characters are two columns wide.
        let source = SourceFile(name: "Dockerfile", text: "COPY 世x éy\n")
        let text = ErrorReport(BuildError(.copyFailed, "x", range: source.range(range), source: source))
            .text(palette: plain)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines[1] == place)
        #expect(lines[4] == marks, "\(text)")
    }

    @Test func aWrongWordIsMarked() {
        let source = SourceFile(name: "Dockerfile", text: "FROM scratch\nCOPY --chwon=1 a b\n")
        let error = BuildError(
            .invalidDockerfile, "unknown flag: --chwon", range: source.range(18..<27), source: source,
            help: "did you mean --chown?")
        let report = ErrorReport(error)
        #expect(report.exitCode == .usage)
        #expect(
            report.text(palette: plain) == """
                error: unknown flag: --chwon
                 --> Dockerfile:2:6
                  |
                2 | COPY --chwon=1 a b
                  |      ^^^^^^^^^
                  = help: did you mean --chown?

                """)
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        let report = ErrorReport(
            "bad \u{1B}[31mname\u{07}", location: .init(file: "D\u{1B}c", line: 9, source: ["\u{1B}]0;x\u{07}é"]),
            help: "h\r")
        let text = report.text(palette: Palette(unicode: false, color: false))
        #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
        #expect(text.contains("9 | ?"))
    }

    @Test func aLongInstructionIsCut() {
        let report = ErrorReport("x", location: .init(file: "Dockerfile", line: 98, source: (0..<20).map { "l\($0)" }))
        let lines = report.text(palette: plain).split(separator: "\n")
        #expect(lines[3] == " 98 | l0")
        #expect(lines.last == "    | ...")
    }

    @Test func exitCodes() {
        let table: [(any Error, ExitCode)] = [
            (CommandLineError("x"), .usage), (BuildError(.invalidDockerfile, "x"), .usage),
            (BuildError(.invalidOption, "x"), .usage), (BuildError(.storeFailed, "x"), .failure),
            (CancellationError(), .interrupted), (OutputError(errno: EPIPE), .brokenPipe),
            (OutputError(errno: ENOSPC), .failure), (CommandFailure("x", exitCode: .notFound), .notFound),
            (StoreError(.inputOutput, "x", cause: OutputError(errno: EPIPE)), .brokenPipe),
            (
                StoreError(.inputOutput, "x", cause: ArchiveError(.inputOutput, "y", cause: Errno.brokenPipe)),
                .brokenPipe
            ),
            (StoreError(.noSuchImage, "x"), .failure),
        ]
        for (error, code) in table {
            let report = ErrorReport(error)
            #expect(report.exitCode == code, "\(error)")
            #expect(report.isSilent == (code == .brokenPipe), "\(error)")
        }
    }

    @Test func onlyTheWordIsColored() {
        let text = ErrorReport("x").text(palette: Palette(unicode: true, color: true))
        #expect(text == "\u{1B}[31merror:\u{1B}[0m x\n")
    }
}
