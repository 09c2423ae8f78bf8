extension InstructionParser {
    func parseCopy() throws(DockerfileError) -> CopyInstruction {
        let operands = try parseOperands()
        let flags = try FlagSet(
            statement,
            [
                "from": .single, "chown": .single, "chmod": .single, "link": .boolean, "parents": .boolean,
                "exclude": .list,
            ])
        let from = flags.word("from")
        // Neither variables nor quotes: anything that expanding would change.
        if let from, changesWhenExpanded(from.raw) {
            throw DockerfileError(
                .invalidFlag,
                "variable expansion is not supported for --from, define a new stage with FROM using ARG from global "
                    + "scope as a workaround", help: "write FROM \(from.raw) AS <name>, then COPY --from=<name>",
                at: from.range, in: statement.source)
        }
        return CopyInstruction(
            transfer: try transfer(operands, flags), from: from, parents: flags.boolean("parents") ?? false)
    }

    private func changesWhenExpanded(_ text: String) -> Bool {
        guard !text.utf8.allSatisfy({ Byte.isLetter($0) || Byte.isDigit($0) }) else { return false }
        return (try? Expander(escape: statement.escape) { _ in nil }.expand(text: text))?.text != text
    }

    func parseAdd() throws(DockerfileError) -> AddInstruction {
        let operands = try parseOperands()
        let flags = try FlagSet(
            statement,
            [
                "chown": .single, "chmod": .single, "link": .boolean, "keep-git-dir": .boolean, "checksum": .single,
                "unpack": .boolean, "exclude": .list,
            ])
        return AddInstruction(
            transfer: try transfer(operands, flags), checksum: flags.word("checksum"),
            keepGitDirectory: flags.boolean("keep-git-dir"), unpack: flags.boolean("unpack"))
    }

    private func parseOperands() throws(DockerfileError) -> (words: [Word], isJSON: Bool) {
        let operands = try statement.wordsOrJSON()
        guard operands.words.count >= 2 else {
            throw statement.error(
                .invalidArgument,
                "\(statement.name) requires at least two arguments, but only one was provided. "
                    + "Destination could not be determined", help: "write \(statement.name) <source>... <destination>")
        }
        return operands
    }

    private func transfer(
        _ operands: (words: [Word], isJSON: Bool), _ flags: FlagSet
    ) throws(DockerfileError) -> FileTransfer {
        var words = operands.words
        let destination = words.removeLast()
        var remaining = heredocs[...]
        var sources: [FileTransfer.Source] = []
        if isHeredoc(destination, operands.isJSON) {
            throw DockerfileError(
                .invalidHeredoc, "\(statement.name) cannot accept a heredoc as a destination",
                help: "put the destination behind the heredoc: \(statement.name) <<EOF /path", at: destination.range,
                in: statement.source)
        }
        for word in words {
            // A quoted or escaped blank may have joined a word with others when heredocs were looked for.
            if let heredoc = remaining.first, heredoc.range == word.range {
                remaining.removeFirst()
                sources.append(.heredoc(heredoc))
            } else {
                sources.append(.path(word))
            }
        }
        if let heredoc = remaining.first {
            throw DockerfileError(
                .invalidHeredoc, "\(statement.name) cannot accept this heredoc: its delimiter is not one word",
                help: "write <<EOF without blanks", at: heredoc.range, in: statement.source)
        }
        return FileTransfer(
            sources: sources, destination: destination, chown: flags.word("chown"), chmod: flags.word("chmod"),
            link: flags.boolean("link") ?? false, excludes: flags.words("exclude"), isJSONForm: operands.isJSON)
    }

    private func isHeredoc(_ word: Word, _ isJSON: Bool) -> Bool {
        guard !isJSON, word.raw.utf8.contains(Byte.less) else { return false }
        // A word such as `<<"a` is no delimiter on its own; it stays a path.
        return (try? HeredocMarker(word.raw, range: 0..<0)) != nil
    }
}
