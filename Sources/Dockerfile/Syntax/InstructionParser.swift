/// Turns a statement and its heredocs into the parts of an instruction.
struct InstructionParser: ~Copyable {
    /// The instructions, as they are named in messages.
    static let names = [
        "FROM", "RUN", "COPY", "ADD", "ARG", "ENV", "WORKDIR", "USER", "CMD", "ENTRYPOINT", "EXPOSE", "LABEL",
        "VOLUME", "SHELL", "HEALTHCHECK", "STOPSIGNAL", "ONBUILD", "MAINTAINER",
    ]

    let statement: Statement
    let heredocs: [Heredoc]
    let comments: [String]

    /// Parses the statement by the rules of its keyword.
    func parseBody() throws(DockerfileError) -> Instruction.Body {
        switch statement.name {
        case "FROM": return .from(try parseFrom())
        case "ARG": return .arg(try parseArg())
        case "ENV": return .env(EnvInstruction(pairs: try parsePairs()))
        case "LABEL": return .label(LabelInstruction(pairs: try parsePairs()))
        case "RUN": return .run(try parseRun())
        case "COPY": return .copy(try parseCopy())
        case "ADD": return .add(try parseAdd())
        case "WORKDIR": return .workdir(try parseSingle())
        case "USER": return .user(try parseSingle())
        case "MAINTAINER": return .maintainer(try parseSingle())
        case "STOPSIGNAL": return .stopSignal(try statement.singleArgument())
        case "EXPOSE": return .expose(try parseExpose())
        case "VOLUME": return .volume(try parseVolume())
        case "CMD": return .cmd(try parseCommand())
        case "ENTRYPOINT": return .entrypoint(try parseCommand())
        case "SHELL": return .shell(try parseShell())
        case "HEALTHCHECK": return .healthcheck(try parseHealthcheck())
        case "ONBUILD": return .onBuild(try parseOnBuild())
        default: throw unknownInstruction()
        }
    }

    private func unknownInstruction() -> DockerfileError {
        let word = statement.keyword.raw
        var help = Suggestion.help(for: word.uppercased(), among: Self.names)
        if word.unicodeScalars.contains(where: { !$0.isASCII && $0.properties.isWhitespace }) {
            help = "the line contains a blank that is not an ASCII blank; type it again"
        }
        return DockerfileError(
            .unknownInstruction, "unknown instruction: \(word)",
            help: help
                ?? "if the line belongs to the instruction above, end that one with \(statement.escape.rawValue)",
            at: statement.keyword.range, in: statement.source)
    }

    private func parseSingle() throws(DockerfileError) -> Word {
        _ = try FlagSet(statement)
        return try statement.singleArgument()
    }

    private func parseCommand() throws(DockerfileError) -> CommandLineForm {
        _ = try FlagSet(statement)
        return try statement.commandLine()
    }

    private func parseFrom() throws(DockerfileError) -> FromInstruction {
        let words = statement.splitAtBlanks()
        let isNamed = words.count == 3 && words[1].raw.lowercased() == "as"
        guard words.count == 1 || isNamed else {
            throw statement.error(
                .invalidArgument, "FROM requires either one or three arguments",
                help: "write FROM <image> or FROM <image> AS <name>")
        }
        let flags = try FlagSet(statement, ["platform": .single])
        guard isNamed else { return FromInstruction(platform: flags.word("platform"), image: words[0]) }
        guard Self.isStageName(words[2].raw.lowercased()) else {
            throw DockerfileError(
                .invalidArgument,
                "invalid name for build stage: \(words[2].raw.quotedForMessage), name can't start with a number or "
                    + "contain symbols", help: "use letters, digits, '-', '_' and '.'; start with a letter",
                at: words[2].range, in: statement.source)
        }
        return FromInstruction(
            platform: flags.word("platform"), image: words[0], name: words[2], asKeyword: words[1],
            documentation: documentation(for: words[2].raw.lowercased()))
    }

    /// `^[a-z][a-z0-9-_.]*$`
    private static func isStageName(_ name: String) -> Bool {
        let isLower: (UInt8) -> Bool = { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
        guard let first = name.utf8.first, isLower(first) else { return false }
        return name.utf8.allSatisfy { isLower($0) || Byte.isDigit($0) || "-_.".utf8.contains($0) }
    }

    private func parseArg() throws(DockerfileError) -> ArgInstruction {
        let ranges = statement.splitQuoted()
        guard !ranges.isEmpty else { throw atLeastOneArgument() }
        var arguments: [ArgInstruction.Argument] = []
        for range in ranges {
            let (key, value) = splitPair(range)
            if value != nil, key.isEmpty {
                throw statement.error(.invalidArgument, "ARG names can not be blank", at: range)
            }
            let name = statement.word(key)
            arguments.append(
                ArgInstruction.Argument(
                    name: name, defaultValue: value.map { statement.word($0) },
                    documentation: documentation(for: name.raw)))
        }
        return ArgInstruction(arguments: arguments)
    }

    private func parsePairs() throws(DockerfileError) -> [KeyValuePair] {
        let ranges = statement.splitQuoted()
        _ = try FlagSet(statement)
        guard let first = ranges.first else { throw atLeastOneArgument() }
        guard splitPair(first).value != nil else { return [try parseLegacyPair()] }
        var pairs: [KeyValuePair] = []
        for range in ranges {
            let (key, value) = splitPair(range)
            guard let value else {
                throw statement.error(
                    .syntax,
                    "Syntax error - can't find = in \(statement.line.text(range).quotedForMessage). "
                        + "Must be of the form: name=value", help: "put values with blanks in double quotes", at: range)
            }
            guard !key.isEmpty else {
                throw statement.error(.invalidArgument, "\(statement.name) names can not be blank", at: range)
            }
            pairs.append(
                KeyValuePair(key: statement.word(key), value: statement.word(value), isLegacyForm: false))
        }
        return pairs
    }

    /// `KEY value`: the value is the rest of the line, quotes and all.
    private func parseLegacyPair() throws(DockerfileError) -> KeyValuePair {
        let all = statement.arguments
        guard let blank = statement.bytes[all].firstIndex(where: Byte.isBlank) else {
            throw statement.error(
                .invalidArgument, "\(statement.name) must have two arguments",
                help: "write \(statement.name) <key>=<value>", at: all)
        }
        var start = blank
        while Byte.isBlank(statement.bytes[start]) { start += 1 }
        return KeyValuePair(
            key: statement.word(all.lowerBound..<blank), value: statement.word(start..<all.upperBound),
            isLegacyForm: true)
    }

    /// Splits at the first `=`.
    private func splitPair(_ range: Range<Int>) -> (key: Range<Int>, value: Range<Int>?) {
        guard let equals = statement.bytes[range].firstIndex(of: Byte.equals) else { return (range, nil) }
        return (range.lowerBound..<equals, equals + 1..<range.upperBound)
    }

    private func parseExpose() throws(DockerfileError) -> [Word] {
        _ = try FlagSet(statement)
        let words = statement.splitAtBlanks()
        guard !words.isEmpty else { throw atLeastOneArgument() }
        return words.sorted { $0.raw.utf8.lexicographicallyPrecedes($1.raw.utf8) }
    }

    private func parseVolume() throws(DockerfileError) -> [Word] {
        var words = try statement.wordsOrJSON().words
        guard !words.isEmpty else { throw atLeastOneArgument() }
        _ = try FlagSet(statement)
        for index in words.indices {
            words[index].raw = words[index].raw.trimmingBlanks()
            guard !words[index].raw.isEmpty else {
                throw DockerfileError(
                    .invalidArgument, "VOLUME specified can not be an empty string", at: words[index].range,
                    in: statement.source)
            }
        }
        return words
    }

    private func parseShell() throws(DockerfileError) -> [Word] {
        _ = try FlagSet(statement)
        guard !statement.arguments.isEmpty else { throw atLeastOneArgument() }
        guard let words = try statement.jsonWords() else {
            throw statement.error(
                .invalidArgument, "SHELL requires the arguments to be in JSON form",
                help: "write SHELL [\"/bin/sh\", \"-c\"]", at: statement.arguments)
        }
        guard !words.isEmpty else { throw atLeastOneArgument() }
        return words
    }

    func atLeastOneArgument() -> DockerfileError {
        statement.error(.invalidArgument, "\(statement.name) requires at least one argument")
    }

    private func documentation(for name: String) -> String? {
        guard let line = comments.first(where: { $0.utf8.starts(with: (name + " ").utf8) }) else { return nil }
        return String(decoding: line.utf8.dropFirst(name.utf8.count + 1), as: UTF8.self)
    }
}
