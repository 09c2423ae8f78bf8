import Dockerfile
import OCI

/// `COPY` and `ADD`.
extension Planner {
    mutating func planCopy(
        _ copy: CopyInstruction, _ instruction: Instruction, _ state: inout StageState, _ entry: StageEntry
    ) async throws {
        var origin = FileOrigin.context(.main)
        if let from = copy.from, !from.raw.isEmpty {
            origin = try await fileSource(from.raw, for: entry.stage.index, isMount: false, at: from.range)
        }
        let (sources, texts) = try read(copy.transfer.sources, state) { (path, range) throws(DockerfileError) in
            if let kind = try remoteKind(of: path, at: range) {
                throw error(
                    .invalidArgument, "source can't be a \(kind == .repository ? "git ref" : "URL") for COPY",
                    help: "use ADD", at: range)
            }
            return localSource(path, origin: origin, parents: copy.parents, unpacks: false, range)
        }
        try append(copy.transfer, sources, flags: copy.parents ? " --parents" : "", texts, instruction, &state, entry)
    }

    mutating func planAdd(
        _ add: AddInstruction, _ instruction: Instruction, _ state: inout StageState, _ entry: StageEntry
    ) async throws {
        let checksum = try add.checksum.map { word throws(DockerfileError) in try expand(word, state) }
        if let word = add.checksum, checksum?.isEmpty == false {
            let paths = add.transfer.sources.compactMap { if case .path(let path) = $0 { path } else { nil } }
            guard paths.count == 1 else {
                throw error(.invalidFlag, "checksum can't be specified for multiple sources", at: word.range)
            }
            guard try remoteKind(of: expand(paths[0], state), at: paths[0].range) != nil else {
                throw error(.invalidFlag, "checksum requires HTTP(S) or Git sources", at: word.range)
            }
        }
        let (sources, texts) = try read(add.transfer.sources, state) { (path, range) throws(DockerfileError) in
            try remoteSource(path, add, checksum: checksum, range)
                ?? localSource(path, origin: .context(.main), parents: false, unpacks: add.unpack ?? true, range)
        }
        try append(add.transfer, sources, flags: "", texts, instruction, &state, entry)
    }

    /// The sources of an instruction, and how the history of the image names them: paths before heredocs, as BuildKit has
    /// it. Heredocs are alike for `COPY` and `ADD`; what a path means `source` says.
    private func read(
        _ sources: [FileTransfer.Source], _ state: StageState,
        _ source: (String, SourceRange) throws(DockerfileError) -> CopyOperation.Source
    ) throws(DockerfileError) -> (sources: [CopyOperation.Source], texts: [String]) {
        var result: (sources: [CopyOperation.Source], texts: [String]) = ([], [])
        for case .path(let word) in sources {
            let path = try expand(word, state)
            result.sources.append(try source(path, word.range))
            result.texts.append(path)
        }
        for case .heredoc(let heredoc) in sources {
            result.sources.append(try inline(heredoc, state))
            result.texts.append("<<\(heredoc.name)")
        }
        return result
    }

    private func inline(_ heredoc: Heredoc, _ state: StageState) throws(DockerfileError) -> CopyOperation.Source {
        guard !heredoc.name.contains("/"), ![".", ".."].contains(heredoc.name) else {
            throw error(
                .invalidArgument, "a file cannot be called \"\(heredoc.name)\"",
                help: "the word behind << is the name of the file; give the directory in the destination",
                at: heredoc.range)
        }
        let text =
            heredoc.expands ? try expander(state).expandRaw(heredoc).text : heredoc.text
        return CopyOperation.Source(
            origin: .inline(InlineFile(name: heredoc.name, content: Array(text.utf8))), path: heredoc.name,
            parentsPattern: nil, unpacks: false, range: heredoc.range)
    }

    private func localSource(
        _ path: String, origin: FileOrigin, parents: Bool, unpacks: Bool, _ range: SourceRange
    ) -> CopyOperation.Source {
        guard parents else {
            return CopyOperation.Source(
                origin: origin, path: path, parentsPattern: nil, unpacks: unpacks, range: range)
        }
        guard let pivot = firstRange(of: "/./", in: path) else {
            return CopyOperation.Source(origin: origin, path: "/", parentsPattern: path, unpacks: false, range: range)
        }
        return CopyOperation.Source(
            origin: origin, path: String(path[..<pivot.lowerBound]),
            parentsPattern: String(path[pivot.upperBound...]), unpacks: false, range: range)
    }

    private mutating func append(
        _ transfer: FileTransfer, _ sources: [CopyOperation.Source], flags: String, _ texts: [String],
        _ instruction: Instruction, _ state: inout StageState, _ entry: StageEntry
    ) throws(DockerfileError) {
        let destinationText = try expand(transfer.destination, state)
        let chown = try transfer.chown.map { word throws(DockerfileError) in try expand(word, state) }
        var mode: ModeChange?
        var chmod: String?
        if let word = transfer.chmod {
            let text = try expand(word, state)
            chmod = text
            if !text.isEmpty {
                do {
                    mode = try ModeChange(parsing: text)
                } catch {
                    throw self.error(.invalidFlag, "\(error)", at: word.range)
                }
            }
        }
        var record = flags
        if let chown, !chown.isEmpty { record += " --chown=\(chown)" }
        if let chmod, !chmod.isEmpty { record += " --chmod=\(chmod)" }
        record += " " + (texts + [destinationText]).joined(separator: " ")
        let operation = CopyOperation(
            sources: sources, destination: destination(destinationText, state),
            owner: chown.flatMap { $0.isEmpty ? nil : $0 }, ownerRange: transfer.chown?.range, mode: mode,
            modeText: chmod,
            excludes: transfer.excludes.map(\.raw), isLinked: transfer.link && mode == nil)
        append(.copy(operation), named: instruction.name + instruction.textAfterKeyword, instruction, &state, entry)
        state.record("\(instruction.name)\(record) # buildkit", makesLayer: true)
    }

    /// The destination as an absolute path; a slash at its end, or one that `.` means, is kept.
    func destination(_ text: String, _ state: StageState) -> String {
        let path = absolutePath(text, in: state.workingDirectory)
        let isDirectory = text.isEmpty || text == "." || text.hasSuffix("/") || text.hasSuffix("/.")
        return isDirectory && path != "/" ? path + "/" : path
    }
}

extension Instruction {
    /// What stands behind the keyword, with the blank before it.
    var textAfterKeyword: String { String(text.dropFirst(keyword.raw.count)) }
}
