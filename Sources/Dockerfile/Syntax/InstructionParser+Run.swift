extension InstructionParser {
    func parseRun() throws(DockerfileError) -> RunInstruction {
        let flags = try FlagSet(
            statement, ["mount": .list, "network": .single, "security": .single, "device": .list])
        let command = try statement.commandLine()
        if case .exec(let words) = command, words.isEmpty { throw atLeastOneArgument() }
        var mounts: [MountFlag] = []
        for word in flags.words("mount") { mounts.append(try MountFlag(word, source: statement.source)) }
        var devices: [RunInstruction.Device] = []
        for word in flags.words("device") { devices.append(try parseDevice(word)) }
        return RunInstruction(
            command: command, heredocs: heredocs, mounts: mounts, network: try parseNetwork(flags.word("network")),
            security: try parseSecurity(flags.word("security")), devices: devices,
            invocation: try invocation(of: command))
    }

    private func parseNetwork(_ word: Word?) throws(DockerfileError) -> RunInstruction.Network? {
        guard let word else { return nil }
        guard let network = RunInstruction.Network(rawValue: word.raw) else {
            throw DockerfileError(
                .invalidFlag, "invalid network mode \(word.raw.quotedForMessage)",
                help: "use default, none or host", at: word.range, in: statement.source)
        }
        return network
    }

    private func parseSecurity(_ word: Word?) throws(DockerfileError) -> RunInstruction.Security? {
        guard let word else { return nil }
        guard let security = RunInstruction.Security(rawValue: word.raw) else {
            throw DockerfileError(
                .invalidFlag, "security \(word.raw.quotedForMessage) is not valid", help: "use sandbox or insecure",
                at: word.range, in: statement.source)
        }
        return security
    }

    private func parseDevice(_ word: Word) throws(DockerfileError) -> RunInstruction.Device {
        func fail(_ message: String, help: String? = nil) -> DockerfileError {
            DockerfileError(.invalidFlag, message, help: help, at: word.range, in: statement.source)
        }
        guard let fields = CSVFields.parse(word.raw) else { throw fail("failed to parse csv devices") }
        var device = RunInstruction.Device(name: "", isRequired: false, range: word.range)
        for field in fields {
            let pair = field.cut(at: Byte.equals)
            switch (pair?.before.lowercased() ?? field.lowercased(), pair?.after) {
            case ("required", nil): device.isRequired = true
            case ("required", let value?):
                guard let flag = Bool(goText: value) else { throw fail("invalid value for required: \(value)") }
                device.isRequired = flag
            case ("name", let value?):
                guard device.name.isEmpty else { throw fail("device name already set to \(device.name)") }
                device.name = value
            case (_, _) where device.name.isEmpty: device.name = field
            case (_, nil): throw fail("invalid field '\(field)' must be a key=value pair")
            case (let key, _):
                throw fail(
                    "unexpected key '\(key)' in '\(field)'",
                    help: Suggestion.help(for: key, among: ["name", "required"]))
            }
        }
        return device
    }

    /// What to run, once heredocs are taken into account.
    private func invocation(of command: CommandLineForm) throws(DockerfileError) -> RunInstruction.Invocation {
        let text: String
        switch command {
        case .exec(let words): return .exec(words.map(\.raw))
        case .shell(let word): text = word.raw
        }
        guard let first = heredocs.first else { return .shell(text) }
        if heredocs.count == 1, isHeredoc(text) {
            let content = first.text
            return content.utf8.starts(with: "#!".utf8) ? .script(name: first.name, content: content) : .shell(content)
        }
        // Other words stand beside the heredocs: the shell gets them as they were written.
        return .shell(heredocs.reduce(text) { "\($0)\n\($1.content)\($1.name)" })
    }

    private func isHeredoc(_ text: String) -> Bool {
        // The same text was parsed without error when the heredoc's body was read.
        (try? HeredocMarker(text, range: 0..<0)) != nil
    }
}
