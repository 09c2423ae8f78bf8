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

    private var words: [String: [Word]] = [:]
    private var booleans: [String: Bool] = [:]

    /// Checks the flags of a statement.
    init(
        _ statement: Statement, _ known: @autoclosure () -> KeyValuePairs<String, Kind> = [:]
    ) throws(DockerfileError) {
        guard !statement.flags.isEmpty else { return }
        let known = known()
        for flag in statement.flags {
            let name = String(decoding: flag.name.utf8.dropFirst(2), as: UTF8.self)
            guard let kind = known.first(where: { $0.key == name })?.value else {
                let names = known.map(\.key)
                let help =
                    Suggestion.closest(to: name, among: names).map { "did you mean --\($0)?" }
                    ?? (names.isEmpty
                        ? "\(statement.name) takes no flags"
                        : "\(statement.name) takes " + names.map { "--\($0)" }.joined(separator: ", "))
                throw statement.error(.invalidFlag, "unknown flag: \(flag.name)", help: help, at: flag.range)
            }
            let isRepeated = kind == .boolean ? booleans[name] != nil : words[name] != nil && kind != .list
            guard !isRepeated else {
                throw statement.error(
                    .invalidFlag, "duplicate flag specified: \(flag.name)", help: "give it once", at: flag.range)
            }
            guard kind == .boolean else {
                guard let value = flag.value else {
                    throw statement.error(
                        .invalidFlag, "missing a value on flag: \(flag.name)", help: "write \(flag.name)=<value>",
                        at: flag.range)
                }
                words[name, default: []].append(Word(raw: value, range: statement.sourceRange(flag.valueRange)))
                continue
            }
            switch flag.value?.lowercased() {
            case nil, "true": booleans[name] = true
            case "false": booleans[name] = false
            case "":
                throw statement.error(
                    .invalidFlag, "missing a value on flag: \(flag.name)", help: "write \(flag.name) alone",
                    at: flag.range)
            default:
                throw statement.error(
                    .invalidFlag, "expecting boolean value for flag \(flag.name), not: \(flag.value ?? "")",
                    help: "write true or false", at: flag.range)
            }
        }
    }

    /// The value of a boolean flag; nil if it is not given.
    func boolean(_ name: String) -> Bool? { booleans[name] }

    /// The value of a flag; nil if it is not given.
    func word(_ name: String) -> Word? { words[name]?.first }

    /// The values of a flag in order.
    func words(_ name: String) -> [Word] { words[name] ?? [] }
}
