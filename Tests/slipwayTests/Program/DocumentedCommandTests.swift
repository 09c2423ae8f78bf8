import FoundationEssentials
import SystemPackage
import Testing

@testable import slipway

/// Every `slipway` command that a page shows is one that the program's own parser takes, whether or not a test runs it.
@Suite struct DocumentedCommandTests {
    static let top = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .removingLastComponent()

    /// The pages: those at the top, the book, and those of the examples.
    static var pages: [String] {
        let manager = FileManager.default
        func pages(of directory: String) -> [String] {
            let names = (try? manager.contentsOfDirectory(atPath: top.appending(directory).string)) ?? []
            return names.filter { $0.hasSuffix(".md") }.map { directory.isEmpty ? $0 : "\(directory)/\($0)" }
        }
        let examples = (try? manager.contentsOfDirectory(atPath: top.appending("examples").string)) ?? []
        return (pages(of: "") + pages(of: "docs") + examples.flatMap { pages(of: "examples/\($0)") }).sorted()
    }

    @Test(arguments: pages)
    func isUnderstood(page: String) throws {
        let text = String(
            decoding: try Data(contentsOf: URL(filePath: Self.top.appending(page).string)), as: UTF8.self)
        for command in DocumentedCommand.all(in: text) {
            do {
                _ = try Program.parse(try ArgumentNormalizer.normalize(command.arguments))
            } catch {
                let answer = CommandLineAnswer(error)
                #expect(
                    answer.exitCode == .success,
                    "\(page):\(command.line): slipway \(command.arguments): \(answer.report?.message ?? "")")
            }
        }
    }

    @Test func whatIsFound() {
        let text = """
            Text with `slipway doctor`, `slipway debug` and `slipwayd x`.

                $ A=1 slipway build -t "a b" . | cat   # a comment
                sudo slipway prune --force && slipway images; slipway [x]
                slipway cache import --mount m <x || true
                echo slipway run

            ```console
            $ slipway build \\
            >     -t a .
            slipway printed this
            ```
            """
        let found = DocumentedCommand.all(in: text)
        #expect(
            found.map(\.arguments) == [
                ["doctor", "--help"], ["debug", "--help"], ["build", "-t", "a b", "."], ["prune", "--force"],
                ["images"],
                ["cache", "import", "--mount", "m"], ["build", "-t", "a", "."],
            ])
        #expect(found.map(\.line) == [1, 1, 3, 4, 4, 5, 9])
    }
}
