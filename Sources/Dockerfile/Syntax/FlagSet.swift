/// The flags of a statement, checked against those its instruction knows.
struct FlagSet {
    /// What a flag takes.
    enum Kind {
        /// Nothing, `true` or `false`.
        case boolean
        /// One value, once.
        case single
        /// One value, any number of times.
        case list
    }

    // There are few flags, so looking through lists is faster than hashing.
    private var words: [(name: String, word: Word)] = []
    private var booleans: [(name: String, value: Bool)] = []

    /// Checks the flags of a statement.
    init(
        _ statement: borrowing Statement, _ known: @autoclosure () -> KeyValuePairs<String, Kind> = [:]
    ) throws(DockerfileError) {
        guard !statement.flags.isEmpty else { return }
        let known = known()
        for flag in statement.flags {
            guard let kind = known.first(where: { $0.key == flag.name })?.value else {
                throw Self.unknown(flag, known.map(\.key), in: statement)
            }
            let isRepeated = kind == .boolean ? boolean(flag.name) != nil : kind != .list && word(flag.name) != nil
            guard !isRepeated else {
                throw statement.error(
                    .invalidFlag, "duplicate flag specified: --\(flag.name)", help: "give it once", at: flag.range)
            }
            guard kind == .boolean else {
                guard let value = flag.value else {
                    throw statement.error(
                        .invalidFlag, "missing a value on flag: --\(flag.name)",
                        help: "write --\(flag.name)=<value>", at: flag.range)
                }
                words.append((flag.name, Word(raw: value, range: statement.sourceRange(flag.valueRange))))
                continue
            }
            booleans.append((flag.name, try Self.boolean(flag, in: statement)))
        }
    }

    private static func unknown(
        _ flag: FlagReader.Flag, _ names: [String], in statement: borrowing Statement
    ) -> DockerfileError {
        let help =
            Suggestion.closest(to: flag.name, among: names).map { "did you mean --\($0)?" }
            ?? (names.isEmpty
                ? "\(statement.name) takes no flags"
                : "\(statement.name) takes " + names.map { "--\($0)" }.joined(separator: ", "))
        return statement.error(.invalidFlag, "unknown flag: --\(flag.name)", help: help, at: flag.range)
    }

    private static func boolean(
        _ flag: FlagReader.Flag, in statement: borrowing Statement
    ) throws(DockerfileError) -> Bool {
        switch flag.value?.lowercased() {
        case nil, "true": return true
        case "false": return false
        case "":
            throw statement.error(
                .invalidFlag, "missing a value on flag: --\(flag.name)", help: "write --\(flag.name) alone",
                at: flag.range)
        default:
            throw statement.error(
                .invalidFlag, "expecting boolean value for flag --\(flag.name), not: \(flag.value ?? "")",
                help: "write true or false", at: flag.range)
        }
    }

    /// The value of a boolean flag; nil if it is not given.
    func boolean(_ name: String) -> Bool? { booleans.first { $0.name == name }?.value }

    /// The value of a flag; nil if it is not given.
    func word(_ name: String) -> Word? { words.first { $0.name == name }?.word }

    /// The values of a flag in order.
    func words(_ name: String) -> [Word] { words.filter { $0.name == name }.map(\.word) }
}
