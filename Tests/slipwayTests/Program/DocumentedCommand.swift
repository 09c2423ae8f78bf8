/// A call of `slipway` in a page: in a block of code, or in the running text between backquotes.
struct DocumentedCommand: Equatable {
    var line: Int
    /// What follows the program's name.
    var arguments: [String]

    /// All of them, in their order.
    static func all(in page: String) -> [DocumentedCommand] {
        var result: [DocumentedCommand] = []
        var fence: Substring?
        var rest: (line: Int, text: String)?
        for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            let isIndented = line.hasPrefix("    ")
            let text = line.drop { $0 == " " }
            if text.hasPrefix("```") {
                fence = fence == nil ? text.drop { $0 == "`" } : nil
                continue
            }
            guard fence != nil || isIndented else {
                let spans = line.split(separator: "`", omittingEmptySubsequences: false)
                for (place, span) in spans.enumerated() where place % 2 == 1 && place < spans.count - 1 {
                    // A command that is only named is one that there is.
                    result += commands(String(span), number).map { command in
                        var command = command
                        if command.arguments.count == 1 { command.arguments.append("--help") }
                        return command
                    }
                }
                continue
            }
            // A console shows what is typed behind its prompts, and what is printed without.
            var typed = text
            var first = number
            if let begun = rest {
                typed = typed.hasPrefix("> ") ? typed.dropFirst(2) : typed
                (rest, first) = (nil, begun.line)
                typed = "\(begun.text) \(typed)"[...]
            } else if typed.hasPrefix("$ ") {
                typed = typed.dropFirst(2)
            } else if fence == "console" {
                continue
            }
            if typed.hasSuffix("\\") {
                rest = (first, String(typed.dropLast()))
            } else {
                result += commands(String(typed), first)
            }
        }
        return result.filter { !$0.isSynopsis }
    }

    /// A synopsis has brackets around what may be left out.
    private var isSynopsis: Bool { arguments.contains { $0.hasPrefix("[") } }

    /// The calls in a line of shell.
    private static func commands(_ text: String, _ line: Int) -> [DocumentedCommand] {
        ShellWords.commands(of: text).compactMap { words in
            let words = words.drop { $0 == "sudo" || $0 == "exec" || isAssignment($0) }
            guard words.first == "slipway" else { return nil }
            return DocumentedCommand(line: line, arguments: Array(words.dropFirst()))
        }
    }

    private static func isAssignment(_ word: String) -> Bool {
        guard let end = word.firstIndex(of: "="), end != word.startIndex else { return false }
        return word[..<end].allSatisfy { $0.isUppercase || $0 == "_" || $0.isNumber }
    }
}
