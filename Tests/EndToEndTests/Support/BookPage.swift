import FoundationEssentials
import SystemPackage
import Testing

/// A page of docs/ as a reader would follow it: files to write and commands to type, from top to bottom.
///
/// What counts is what a reader sees. A fenced block below a line that ends in "`NAME`:" is the file NAME; a block of `console`
/// holds what is typed (behind `$`, and `>` on further lines) and, if shown, what is printed; what no test runs says so in
/// the paragraph above it, which begins with "*Not run by the tests". Any other fenced block is a mistake.
struct BookPage: Sendable, CustomTestStringConvertible {
    enum Part: Sendable {
        case file(name: String, text: String)
        case command(ShownCommand)
    }

    /// The path below docs/.
    var name: String
    var parts: [Part] = []
    /// The Dockerfiles that say that they are not built.
    var unbuilt: [(place: String, text: String)] = []

    var testDescription: String { name }

    /// The commands to run.
    var commands: [ShownCommand] { parts.compactMap { if case .command(let command) = $0 { command } else { nil } } }
    /// The files to write.
    var files: [(name: String, text: String)] {
        parts.compactMap { if case .file(let name, let text) = $0 { (name, text) } else { nil } }
    }

    static let directory = Repository.top.appending("docs")

    /// All pages that show something to run, or the one that $SLIPWAY_BOOK_PAGE names.
    static let all: [BookPage] = {
        let chosen = ProcessInfo.processInfo.environment["SLIPWAY_BOOK_PAGE"]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted().compactMap { try? BookPage(named: $0) }
            .filter { !$0.commands.isEmpty && (chosen == nil || chosen == $0.name) }
    }()

    init(named name: String) throws {
        try self.init(name: name, text: try File.text(Self.directory.appending(name)))
    }

    init(name: String, text: String) throws {
        self.name = name
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().makeIterator()
        // The last lines of text: the paragraph that a block stands below.
        var paragraph: [Substring] = []
        while let (index, line) = lines.next() {
            guard line.hasPrefix("```") else {
                if !line.isEmpty, paragraph.last == "" { paragraph = [] }
                paragraph.append(line)
                continue
            }
            var block: [Substring] = []
            while let (_, inner) = lines.next(), inner != "```" { block.append(inner) }
            try take(block, language: line.drop { $0 == "`" }, below: paragraph.filter { !$0.isEmpty }, at: index + 2)
            paragraph = []
        }
    }

    private mutating func take(
        _ block: [Substring], language: Substring, below paragraph: [Substring], at line: Int
    ) throws {
        if paragraph.first?.hasPrefix("*Not run by the tests") == true {
            if language == "dockerfile" {
                unbuilt.append(("docs/\(name):\(line)", block.joined(separator: "\n") + "\n"))
            }
            return
        }
        if language == "console" {
            parts += ShownCommand.all(in: block, at: line, of: name).map(Part.command)
            return
        }
        guard let introduction = paragraph.last, introduction.hasSuffix("`:"),
            let file = introduction.dropLast(2).split(separator: "`", omittingEmptySubsequences: false).last
        else {
            throw TestFailure("docs/\(name):\(line): neither a console, nor a file, nor marked as not run")
        }
        parts.append(.file(name: String(file), text: block.map { $0 + "\n" }.joined()))
    }
}
