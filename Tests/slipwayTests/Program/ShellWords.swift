/// As much of a shell's grammar as pages use: words, quotes, comments, and what ends a command.
enum ShellWords {
    /// The words of each simple command in a line; redirections are left out.
    static func commands(of line: String) -> [[String]] {
        var commands: [[String]] = [[]]
        var word: String?
        var quote: Character?
        var isTarget = false

        func endWord() {
            if let word, !isTarget { commands[commands.count - 1].append(word) }
            if word != nil { isTarget = false }
            word = nil
        }
        var characters = Array(line)[...]
        while let character = characters.popFirst() {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
                continue
            }
            switch character {
            case "'", "\"":
                quote = character
                word = word ?? ""
            case "\\":
                if let next = characters.popFirst() { word = (word ?? "") + String(next) }
            case " ", "\t": endWord()
            case "#" where word == nil: characters = []
            case "|", "&", ";", "(", ")":
                endWord()
                commands.append([])
            case "<", ">":
                // A number in front is the descriptor.
                if let number = word, number.allSatisfy(\.isNumber) { word = nil }
                endWord()
                isTarget = true
            default: word = (word ?? "") + String(character)
            }
        }
        endWord()
        return commands.filter { !$0.isEmpty }
    }
}
