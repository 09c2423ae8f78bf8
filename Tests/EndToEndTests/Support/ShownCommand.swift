/// A command as a page shows it, with the output below it.
struct ShownCommand: Sendable {
    /// What is typed, as lines of a shell's script.
    var text: String
    /// What the page shows of the output; empty if it shows nothing.
    var output: [String]
    /// Where it stands, `page:line`.
    var place: String

    /// Those of a block.
    static func all(in block: [Substring], at line: Int, of page: String) -> [ShownCommand] {
        var result: [ShownCommand] = []
        for (index, line) in zip(line..., block) {
            if line.hasPrefix("$ ") {
                result.append(ShownCommand(text: String(line.dropFirst(2)), output: [], place: "\(page):\(index)"))
            } else if result.isEmpty {
                continue
            } else if line.hasPrefix("> ") || line == ">", result[result.count - 1].output.isEmpty {
                result[result.count - 1].text += "\n" + line.dropFirst(2)
            } else {
                result[result.count - 1].output.append(String(line))
            }
        }
        for index in result.indices {
            while result[index].output.last?.isEmpty == true { result[index].output.removeLast() }
        }
        return result
    }

    /// Whether it asks how the command before it ended, which may then have failed.
    var asksForStatus: Bool { text.contains("$?") }

    /// Whether the output is what the page shows.
    ///
    /// A line `…` stands for any number of lines, `…` in a line for any text. Blanks count as one. What is different on each
    /// machine is compared by its form: durations, times, digests, numbers of steps, and sizes up to a quarter of them.
    func isTrue(of printed: [String]) -> Bool { Self.matches(output[...], printed[...]) }

    private static func matches(_ shown: ArraySlice<String>, _ printed: ArraySlice<String>) -> Bool {
        guard let first = shown.first else { return printed.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
        let rest = shown.dropFirst()
        if first.allSatisfy({ $0.isWhitespace || $0 == "…" }), first.contains("…") {
            return (printed.startIndex...printed.endIndex).contains { matches(rest, printed[$0...]) }
        }
        guard let line = printed.first, words(words(of: first)[...], match: words(of: line)[...]) else { return false }
        return matches(rest, printed.dropFirst())
    }

    private static func words(of line: String) -> [Substring] { line.split { $0 == " " || $0 == "\t" } }

    private static func words(_ shown: ArraySlice<Substring>, match printed: ArraySlice<Substring>) -> Bool {
        guard let first = shown.first else { return printed.isEmpty }
        let rest = shown.dropFirst()
        if first == "…" {
            return (printed.startIndex...printed.endIndex).contains { words(rest, match: printed[$0...]) }
        }
        guard let word = printed.first, ShownWord(first).matches(ShownWord(word)) else { return false }
        return words(rest, match: printed.dropFirst())
    }
}
