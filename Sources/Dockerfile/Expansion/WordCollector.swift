/// Splits the output of an expansion into words at blanks that were neither quoted nor escaped.
struct WordCollector {
    private var words: [String] = []
    private var current: [UInt8] = []

    /// Adds text in which blanks separate words.
    mutating func add(_ text: [UInt8]) {
        var index = 0
        while index < text.count {
            let blank = Byte.whitespaceLength(text, at: index)
            if blank > 0 {
                endWord()
                index += blank
            } else {
                current.append(text[index])
                index += 1
            }
        }
    }

    /// Adds text in which blanks are part of the word.
    mutating func addUnsplit(_ text: some Sequence<UInt8>) {
        current += text
    }

    /// The words; empty ones do not count.
    mutating func finish() -> [String] {
        endWord()
        return words
    }

    private mutating func endWord() {
        guard !current.isEmpty else { return }
        words.append(String(decoding: current, as: UTF8.self))
        current.removeAll(keepingCapacity: true)
    }
}
