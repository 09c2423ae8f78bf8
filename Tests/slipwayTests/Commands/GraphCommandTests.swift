import Diagram
import SystemPackage
import Testing

@testable import slipway

@Suite struct GraphCommandTests {
    @Test(
        arguments: [
            (nil, nil, .text), ("svg", nil, .svg), (nil, "x.SVG", .svg), (nil, "x.gv", .dot), (nil, "x.dot", .dot),
            (nil, "a.b/x.mmd", .mermaid), (nil, "x.json", .json), (nil, "x.txt", .text), (nil, "graph", .text),
            ("dot", "x.svg", .dot), ("", "x.svg", .svg),
        ] as [(String?, String?, Diagram.Format)])
    func theFileNamesItsFormat(name: String?, output: String?, expected: Diagram.Format) throws {
        #expect(try GraphCommand.format(name, output: output.map { FilePath($0) }) == expected)
    }

    @Test func aTerminalShowsTheTargetInColor() async throws {
        let context = try TestContext()
        try OutputFile.write(
            Array("FROM a AS one\nFROM b".utf8), to: context.directory.appending("Dockerfile"))
        var output = context.output.output
        output.isTerminal = true
        output.size = { TerminalSize(columns: 50, rows: 20) }
        let arguments = ["graph", context.directory.string]
        #expect(try await context.run(arguments, environment: ["TERM": "xterm"], output: output) == .success)
        #expect(context.output.text.contains("\u{1B}[32m2  `-- stage-1 (1 step)  <= TARGET\u{1B}[0m\n"))
        #expect(context.output.text.contains("\u{1B}[2m1  `.. one (1 step, pruned)\u{1B}[0m\n"))
    }

    @Test func colorIsLeftOutWhereNobodySeesIt() async throws {
        let context = try TestContext()
        try OutputFile.write(Array("FROM a".utf8), to: context.directory.appending("Dockerfile"))
        #expect(try await context.run(["graph", context.directory.string]) == .success)
        #expect(!context.output.text.contains("\u{1B}"))
    }
}
