public import Dockerfile
import OCI

extension PlanOptions {
    /// What the build checks find in front of a mistake that keeps the Dockerfile from being parsed.
    public func findings(before mistake: DockerfileError) -> [Diagnostic] {
        let configuration = buildArguments["BUILDKIT_DOCKERFILE_CHECK"].flatMap { try? CheckConfiguration(parsing: $0) }
        return DockerfileChecks.findings(before: mistake, configuration: configuration)
    }
}

/// The build checks that need what only planning knows. What they find never changes the graph.
extension Planner {
    /// Where planning stands, so that what is found there can be told from what is found elsewhere.
    struct Focus {
        var stage: Int
        var instruction: Instruction
    }

    /// All that was found, in BuildKit's order: the text, every `FROM`, then the stages one after the other.
    var findings: [Diagnostic] { textFindings + stageFindings.sorted { $0.key < $1.key }.flatMap(\.value) }

    private mutating func record(_ found: [Diagnostic]) {
        guard let focus, !found.isEmpty else { return }
        stageFindings[focus.stage, default: []] += found
    }

    // MARK: - FROM

    /// Whether base images still have valid names when no build argument is given. A default that cannot be expanded is
    /// left to planning, which fails on it.
    mutating func checkDefaultBaseNames(_ automatic: EnvironmentList) {
        var values = automatic
        func expand(_ word: Word) -> String? {
            try? Expander(escape: dockerfile.directives.escape) { values[$0] }.expandWord(word)
        }
        for case .arg(let declaration) in dockerfile.globalArguments.map(\.body) {
            for argument in declaration.arguments {
                guard let word = argument.defaultValue else { continue }
                guard let name = expand(argument.name), let value = expand(word) else { return }
                values[name] = value
            }
        }
        for stage in dockerfile.stages {
            guard let name = expand(stage.from.image) else { return }
            guard (try? ImageReference(parsing: name)) == nil else { continue }
            textFindings += checks.invalidDefaultArgument(in: stage)
        }
    }

    /// What a `FROM` says, whether its stage is needed or not.
    mutating func checkFrom(_ stage: Stage) {
        let known = globalArguments.names + declaredArguments.subtracting(globalArguments.names).sorted()
        let expander = globalExpander()
        if let name = try? expander.expand(stage.from.image) {
            textFindings += checks.undeclaredArguments(name, in: stage, known: known)
        }
        guard let word = stage.from.platform, let value = try? expander.expand(word) else { return }
        textFindings += checks.undeclaredArguments(value, in: stage, known: known)
        textFindings += checks.redundantTargetPlatform(
            value, in: stage, targetPlatform: globalArguments["TARGETPLATFORM"])
        guard let platform = try? Platform(parsing: value.text) else { return }
        textFindings += checks.constantPlatform(
            value, os: platform.os, architecture: platform.architecture, in: stage)
    }

    /// Whether an image is for the platform that was asked for. One without layers runs anywhere.
    mutating func checkPlatform(of image: BaseImage, expected: Platform, name: String) {
        let actual = image.configuration.platform
        guard let focus, !image.configuration.diffIDs.isEmpty,
            actual.os != expected.os || actual.architecture != expected.architecture
        else { return }
        record(
            checks.invalidBaseImagePlatform(
                image: name, expected: expected.description, actual: actual.description, in: focus.instruction))
    }

    // MARK: - Instructions

    /// Checks an instruction before it takes effect. Words that cannot be expanded are left to planning, which fails on
    /// them.
    mutating func check(_ instruction: Instruction, _ state: inout StageState) {
        if case .arg(let declaration) = instruction.body { return checkArg(declaration, instruction, state) }
        let expander = expander(state)
        for word in instruction.expandedWords {
            guard let expansion = try? expander.expand(word) else { return }
            record(undefined(expansion, instruction, state))
        }
        for heredoc in instruction.expandedHeredocs {
            guard let expansion = try? expander.expandRaw(heredoc) else { return }
            record(undefined(expansion, instruction, state))
        }
        switch instruction.body {
        case .env(let env):
            for pair in env.pairs {
                let name = (try? expander.expandWord(pair.key)) ?? pair.key.raw
                record(checks.legacyFormat(pair, in: instruction) + checks.secretName(name, in: instruction))
            }
        case .label(let label):
            for pair in label.pairs { record(checks.legacyFormat(pair, in: instruction)) }
        case .workdir(let word):
            if !state.hasWorkdir, let path = try? expander.expandWord(word) {
                record(checks.relativeWorkdir(path, in: instruction))
            }
            state.hasWorkdir = true
        case .cmd(let form), .entrypoint(let form):
            checkRepetition(instruction, &state)
            if form.isShell, state.configuration.container.shell.isEmpty { record(checks.shellForm(instruction)) }
        case .healthcheck: checkRepetition(instruction, &state)
        case .expose(let words):
            let ports = words.flatMap { (try? expander.expandWords($0)) ?? [] }
            record(ports.flatMap { checks.exposedPort($0, in: instruction) })
        case .copy(let copy) where copy.from == nil: checkSources(copy.transfer, instruction, expander)
        case .add(let add): checkSources(add.transfer, instruction, expander)
        default: break
        }
    }

    private mutating func checkRepetition(_ instruction: Instruction, _ state: inout StageState) {
        guard let previous = state.lastPlaces.updateValue(instruction.range, forKey: instruction.name) else { return }
        record(checks.repeated(instruction, previous: previous))
    }

    private mutating func checkSources(_ transfer: FileTransfer, _ instruction: Instruction, _ expander: Expander) {
        for case .path(let word) in transfer.sources {
            guard let path = try? expander.expandWord(word), (try? remoteKind(of: path, at: word.range)) == nil
            else { continue }
            record(checks.copyIgnoredFile(path, in: instruction))
        }
    }

    private mutating func checkArg(_ declaration: ArgInstruction, _ instruction: Instruction, _ state: StageState) {
        for argument in values(of: declaration, state) {
            record(checks.secretName(argument.name, in: instruction))
            if let expansion = argument.expansion { record(undefined(expansion, instruction, argument.state)) }
        }
    }

    private func undefined(
        _ expansion: Expansion, _ instruction: Instruction, _ state: StageState
    ) -> [Diagnostic] {
        guard !expansion.undefined.isEmpty else { return [] }
        return checks.undefinedVariables(
            expansion, in: instruction, known: state.environment.names,
            declaredArguments: Set(state.arguments.map(\.name)))
    }
}

extension Instruction {
    /// The words in which variables have to be defined, in the order in which BuildKit expands them. The ports of
    /// `EXPOSE` are not among them.
    fileprivate var expandedWords: [Word] {
        switch body {
        case .env(let env): env.pairs.flatMap { [$0.key, $0.value] }
        case .label(let label): label.pairs.flatMap { [$0.key, $0.value] }
        case .run(let run):
            run.mounts.flatMap { mount in
                mount.options.compactMap { $0.value.map { Word(raw: $0, range: mount.range) } }
            }
        case .copy(let copy): [copy.transfer.chown, copy.transfer.chmod].compactMap { $0 } + copy.transfer.paths
        case .add(let add):
            [add.transfer.chown, add.transfer.chmod, add.checksum].compactMap { $0 } + add.transfer.paths
        case .workdir(let word), .user(let word), .stopSignal(let word): [word]
        case .volume(let words): words
        default: []
        }
    }

    /// The inline documents in which variables have to be defined.
    fileprivate var expandedHeredocs: [Heredoc] {
        let sources: [FileTransfer.Source]
        switch body {
        case .copy(let copy): sources = copy.transfer.sources
        case .add(let add): sources = add.transfer.sources
        default: sources = []
        }
        return sources.compactMap { if case .heredoc(let heredoc) = $0, heredoc.expands { heredoc } else { nil } }
    }
}

extension FileTransfer {
    /// The sources that are paths, then the destination.
    fileprivate var paths: [Word] {
        sources.compactMap { if case .path(let word) = $0 { word } else { nil } } + [destination]
    }
}
