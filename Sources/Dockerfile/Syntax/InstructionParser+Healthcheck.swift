extension InstructionParser {
    func parseHealthcheck() throws(DockerfileError) -> HealthcheckInstruction {
        let all = statement.arguments
        guard !all.isEmpty else { throw atLeastOneArgument() }
        let typeEnd = statement.bytes[all].firstIndex(where: Byte.isBlank) ?? all.upperBound
        let type = all.lowerBound..<typeEnd
        let rest = Byte.trimmed(statement.bytes, typeEnd..<all.upperBound)
        var instruction = HealthcheckInstruction(
            test: .none, interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0)
        switch statement.line.text(type).uppercased() {
        case "NONE":
            guard try statement.commandLine(in: rest).isEmpty else {
                throw statement.error(.invalidArgument, "HEALTHCHECK NONE takes no arguments", at: rest)
            }
            return instruction
        case "CMD":
            let flags = try FlagSet(
                statement,
                [
                    "interval": .single, "timeout": .single, "start-period": .single, "start-interval": .single,
                    "retries": .single,
                ])
            let command = try statement.commandLine(in: rest)
            guard !command.isEmpty else {
                throw statement.error(
                    .invalidArgument, "Missing command after HEALTHCHECK CMD",
                    help: "write HEALTHCHECK CMD <command>, or HEALTHCHECK NONE to switch it off")
            }
            instruction.test = .command(command)
            instruction.interval = try duration(flags, "interval")
            instruction.timeout = try duration(flags, "timeout")
            instruction.startPeriod = try duration(flags, "start-period")
            instruction.startInterval = try duration(flags, "start-interval")
            instruction.retries = try retries(flags.word("retries"))
            return instruction
        case let other:
            throw statement.error(
                .invalidArgument, "Unknown type \(other.quotedForMessage) in HEALTHCHECK (try CMD)",
                help: "write HEALTHCHECK [flags] CMD <command> or HEALTHCHECK NONE", at: type)
        }
    }

    private func duration(_ flags: FlagSet, _ name: String) throws(DockerfileError) -> Int64 {
        guard let word = flags.word(name), !word.raw.isEmpty else { return 0 }
        let nanoseconds: Int64
        do {
            nanoseconds = try GoDuration(parsing: word.raw).nanoseconds
        } catch {
            throw DockerfileError(
                .invalidFlag, error.message, help: "write a number with a unit, for example 30s, 1m30s or 500ms",
                at: word.range, in: statement.source)
        }
        guard nanoseconds == 0 || nanoseconds >= 1_000_000 else {
            throw DockerfileError(
                .invalidFlag, "Interval \"\(name)\" cannot be less than 1ms", at: word.range, in: statement.source)
        }
        return nanoseconds
    }

    private func retries(_ word: Word?) throws(DockerfileError) -> Int {
        guard let word, !word.raw.isEmpty else { return 0 }
        guard let number = Int32(word.raw) else {
            throw DockerfileError(
                .invalidFlag, "invalid value for --retries: \(word.raw.quotedForMessage) is not a number",
                at: word.range, in: statement.source)
        }
        guard number >= 0 else {
            throw DockerfileError(
                .invalidFlag, "--retries cannot be negative (\(number))", at: word.range, in: statement.source)
        }
        return Int(number)
    }
}
