/// The first line is the value of a variable, the rest is text that uses it.
enum ExpansionTarget {
    static func run(_ input: [UInt8]) {
        let (value, rest) = FuzzTarget.split(input)
        let text = String(decoding: rest, as: UTF8.self)
        for escape in [EscapeToken.backslash, .backtick] {
            let expander = Expander(escape: escape) { name in
                switch name {
                case "A": value
                case "E": ""
                case "B": "two words"
                default: nil
                }
            }
            _ = expander.expandForDisplay(text)
            _ = try? expander.expandRaw(text: text)
            guard let expansion = try? expander.expand(text: text) else { continue }
            FuzzTarget.require(expansion.used.isDisjoint(with: expansion.undefined), "a variable is used and undefined")
            if !rest.contains(where: { "$'\"<\\`".utf8.contains($0) }) {
                FuzzTarget.require(expansion.text == text, "plain text was changed")
            }
        }
    }
}
