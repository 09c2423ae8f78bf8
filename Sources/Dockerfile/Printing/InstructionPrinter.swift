/// Turns an instruction into text that parses to the same instruction.
struct InstructionPrinter {
    let escape: EscapeToken

    /// The text with a newline at the end.
    func print(_ instruction: Instruction) -> String {
        var line = PrintedLine(keyword: instruction.keyword.raw, escape: escape)
        let heredocs = add(instruction.body, to: &line)
        return heredocs.reduce(line.text() + "\n") { "\($0)\($1.content)\($1.name)\n" }
    }

    /// Adds everything behind the keyword; returns the heredocs whose lines follow.
    private func add(_ body: Instruction.Body, to line: inout PrintedLine) -> [Heredoc] {
        switch body {
        case .from(let from):
            line.add(flag: "platform", from.platform)
            line.add(words: [from.image, from.asKeyword, from.name].compactMap { $0?.raw })
        case .arg(let arg):
            line.add(
                items: arg.arguments.map { argument in
                    argument.name.raw + (argument.defaultValue.map { "=" + $0.raw } ?? "")
                })
        case .env(let env): add(env.pairs, to: &line)
        case .label(let label): add(label.pairs, to: &line)
        case .maintainer(let word), .workdir(let word), .user(let word), .stopSignal(let word):
            line.add(verbatim: word.raw)
        case .run(let run):
            add(run, to: &line)
            return run.heredocs
        case .copy(let copy):
            line.add(flag: "from", copy.from)
            add(copy.transfer, to: &line) { line in
                if copy.parents { line.add(switch: "parents") }
            }
            return copy.transfer.heredocs
        case .add(let add):
            line.add(flag: "checksum", add.checksum)
            self.add(add.transfer, to: &line) { line in
                if let keeps = add.keepGitDirectory { line.add(switch: "keep-git-dir", keeps) }
                if let unpacks = add.unpack { line.add(switch: "unpack", unpacks) }
            }
            return add.transfer.heredocs
        case .expose(let words):
            // In the order of the file; the parser sorts them.
            line.add(words: words.sorted { $0.range.start < $1.range.start }.map(\.raw))
        case .volume(let words): add(volumes: words.map(\.raw), to: &line)
        case .cmd(let command), .entrypoint(let command): add(command, to: &line)
        case .shell(let words): line.add(verbatim: JSONArrayWriter.text(words.map(\.raw)))
        case .healthcheck(let check): add(check, to: &line)
        case .onBuild(let onBuild):
            let heredocs = onBuild.trigger.heredocs
            let bodies = heredocs.reduce("") { "\($0)\n\($1.content)\($1.name)" }
            line.add(verbatim: String(decoding: onBuild.expression.utf8.dropLast(bodies.utf8.count), as: UTF8.self))
            return heredocs
        }
        return []
    }

    private func add(_ pairs: [KeyValuePair], to line: inout PrintedLine) {
        if let pair = pairs.first, pair.isLegacyForm {
            // An escape at the end of the key takes the blank behind it along, so the word needs another to end there.
            let escapes = pair.key.raw.utf8.reversed().prefix { $0 == escape.byte }.count
            line.add(verbatim: pair.key.raw + (escapes.isMultiple(of: 2) ? " " : "  ") + pair.value.raw)
        } else {
            line.add(items: pairs.map { "\($0.key.raw)=\($0.value.raw)" })
        }
    }

    private func add(_ command: CommandLineForm, to line: inout PrintedLine) {
        switch command {
        case .shell(let word): line.add(verbatim: word.raw)
        case .exec(let words): line.add(verbatim: JSONArrayWriter.text(words.map(\.raw)))
        }
    }

    private func add(_ run: RunInstruction, to line: inout PrintedLine) {
        for mount in run.mounts { line.add(flag: "mount", CSVFields.text(mount.options.map(\.field))) }
        for device in run.devices { line.add(flag: "device", Self.text(device)) }
        if let network = run.network { line.add(flag: "network", network.rawValue) }
        if let security = run.security { line.add(flag: "security", security.rawValue) }
        add(run.command, to: &line)
    }

    private static func text(_ device: RunInstruction.Device) -> String {
        let key = (device.name.cut(at: Byte.equals)?.before ?? device.name).lowercased()
        let needsKey = device.name.isEmpty || key == "name" || key == "required"
        return CSVFields.text(
            [needsKey ? "name=" + device.name : device.name] + (device.isRequired ? ["required"] : []))
    }

    private func add(_ transfer: FileTransfer, to line: inout PrintedLine, ownFlags: (inout PrintedLine) -> Void) {
        line.add(flag: "chown", transfer.chown)
        line.add(flag: "chmod", transfer.chmod)
        if transfer.link { line.add(switch: "link") }
        ownFlags(&line)
        for exclude in transfer.excludes { line.add(flag: "exclude", exclude) }
        let operands = transfer.sources.map(\.raw) + [transfer.destination.raw]
        if transfer.isJSONForm {
            line.add(verbatim: JSONArrayWriter.text(operands))
        } else {
            line.add(words: operands, heredocs: Set(transfer.sources.indices.filter { transfer.sources[$0].isHeredoc }))
        }
    }

    private func add(volumes: [String], to line: inout PrintedLine) {
        let hasBlanks = volumes.contains { volume in
            let bytes = Array(volume.utf8)
            return bytes.indices.contains { Byte.whitespaceLength(bytes, at: $0) > 0 }
        }
        if hasBlanks || volumes[0].utf8.first == Byte.openBracket {
            line.add(verbatim: JSONArrayWriter.text(volumes))
        } else {
            line.add(words: volumes)
        }
    }

    private func add(_ check: HealthcheckInstruction, to line: inout PrintedLine) {
        guard case .command(let command) = check.test else {
            line.add(words: ["NONE"])
            return
        }
        for (name, nanoseconds) in [
            ("interval", check.interval), ("timeout", check.timeout), ("start-period", check.startPeriod),
            ("start-interval", check.startInterval),
        ] where nanoseconds != 0 {
            line.add(flag: name, GoDuration.text(nanoseconds: nanoseconds))
        }
        if check.retries != 0 { line.add(flag: "retries", String(check.retries)) }
        line.add(words: ["CMD"])
        add(command, to: &line)
    }
}

extension FileTransfer {
    fileprivate var heredocs: [Heredoc] {
        sources.compactMap { source in
            if case .heredoc(let heredoc) = source { heredoc } else { nil }
        }
    }
}

extension FileTransfer.Source {
    fileprivate var isHeredoc: Bool {
        if case .heredoc = self { true } else { false }
    }

    fileprivate var raw: String {
        switch self {
        case .path(let word): word.raw
        case .heredoc(let heredoc): heredoc.marker.raw
        }
    }
}

extension Instruction {
    fileprivate var heredocs: [Heredoc] {
        switch body {
        case .run(let run): run.heredocs
        case .copy(let copy): copy.transfer.heredocs
        case .add(let add): add.transfer.heredocs
        default: []
        }
    }
}
