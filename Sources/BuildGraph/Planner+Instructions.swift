import Dockerfile
import OCI

/// What each instruction does to a stage. Those that touch files are in `Planner+Run` and `Planner+Copy`.
extension Planner {
    mutating func plan(_ instruction: Instruction, _ state: inout StageState, _ entry: StageEntry) async throws {
        focus = Focus(stage: entry.stage.index, instruction: instruction)
        check(instruction, &state)
        outline(instruction, state, entry)
        switch instruction.body {
        case .from: break
        case .arg(let declaration): try planArg(declaration, instruction, &state)
        case .env(let env): try planEnv(env, &state)
        case .label(let label): try planLabel(label, &state)
        case .maintainer(let author):
            state.configuration.author = author.raw
            state.record("MAINTAINER \(author.raw)")
        case .run(let run): try await planRun(run, instruction, &state, entry)
        case .copy(let copy): try await planCopy(copy, instruction, &state, entry)
        case .add(let add): try await planAdd(add, instruction, &state, entry)
        case .workdir(let path): try planWorkdir(path, instruction, &state, entry)
        case .user(let word):
            let user = try expand(word, state)
            state.configuration.container.user = user
            state.record("USER \(user)")
        case .expose(let words): try planExpose(words, &state)
        case .volume(let words): try planVolume(words, &state)
        case .cmd(let form):
            let command = arguments(form, state)
            state.configuration.container.command = command
            state.configuration.container.argumentsEscaped = true
            state.setsCommand = true
            state.record("CMD \(quotedList(command))")
        case .entrypoint(let form):
            let entrypoint = arguments(form, state)
            state.configuration.container.entrypoint = entrypoint
            if !state.setsCommand { state.configuration.container.command = [] }
            state.record("ENTRYPOINT \(quotedList(entrypoint))")
        case .shell(let words):
            let shell = words.map(\.raw)
            state.configuration.container.shell = shell
            state.record("SHELL [\(shell.joined(separator: " "))]")
        case .stopSignal(let word):
            let signal = try expand(word, state)
            guard SignalName(parsing: signal) != nil else {
                throw error(
                    .invalidArgument, "invalid signal: \(signal)", help: "give a name such as SIGTERM or a number",
                    at: word.range)
            }
            state.configuration.container.stopSignal = signal
            state.record("STOPSIGNAL \(signal)")
        case .healthcheck(let check): planHealthcheck(check, &state)
        case .onBuild(let trigger):
            state.configuration.container.onBuild.append(trigger.expression)
        }
    }

    /// Adds an operation and tells its identifier.
    mutating func append(
        _ kind: Operation.Kind, base: OperationID?, name: String, stage: String, range: SourceRange?,
        ignoresCache: Bool, platform: Platform
    ) -> OperationID {
        let id = OperationID(rawValue: operations.count)
        operations.append(
            Operation(
                id: id, kind: kind, base: base, name: name, stage: stage, range: range, ignoresCache: ignoresCache,
                platform: platform))
        return id
    }

    /// Adds an operation of a stage on top of what the stage has come to.
    mutating func append(
        _ kind: Operation.Kind, named text: String, _ instruction: Instruction, _ state: inout StageState,
        _ entry: StageEntry
    ) {
        state.step += 1
        let name = stepPrefix(entry, state, number: state.step) + (state.isTrigger ? "ONBUILD " : "") + text
        state.head = append(
            kind, base: state.head, name: name, stage: entry.name, range: instruction.range,
            ignoresCache: ignoresCache(entry), platform: state.platform)
    }

    /// What stands before an operation in progress: `[linux/arm64 build  2/12] `.
    func stepPrefix(_ entry: StageEntry, _ state: StageState, number: Int) -> String {
        let width = String(state.stepCount).count
        let number = String(number)
        let padded = String(repeating: " ", count: max(0, width - number.count)) + number
        let platform = options.namesPlatform ? "\(state.platform) " : ""
        let stage = stages.count > 1 ? entry.name + " " : ""
        return "[\(platform)\(stage)\(padded)/\(state.stepCount)] "
    }

    /// Whether `--no-cache` or `--no-cache-filter` is about a stage.
    func ignoresCache(_ entry: StageEntry) -> Bool {
        switch options.noCache {
        case .never: false
        case .always: true
        case .stages(let names): entry.stage.isAmong(names)
        }
    }

    // MARK: - Expansion

    /// Expands with the variables of a stage.
    func expander(_ state: StageState) -> Expander {
        let environment = state.environment
        let keepsUnknown = state.keepsUnknownVariables
        return Expander(escape: dockerfile.directives.escape, source: dockerfile.source) { name in
            environment[name] ?? (keepsUnknown ? "$\(name)" : nil)
        }
    }

    func expander(_ environment: EnvironmentList) -> Expander {
        Expander(escape: dockerfile.directives.escape, source: dockerfile.source) { environment[$0] }
    }

    func expand(_ word: Word, _ state: StageState) throws(DockerfileError) -> String {
        try expander(state).expandWord(word)
    }

    /// Expands with the global arguments, and tells which were used.
    func globalExpander() -> Expander { expander(globalArguments) }

    func expandGlobal(_ word: Word) throws(DockerfileError) -> String {
        try globalExpander().expandWord(word)
    }

    // MARK: - Configuration

    mutating func planEnv(_ env: EnvInstruction, _ state: inout StageState) throws(DockerfileError) {
        let before = state
        var configured = EnvironmentList(state.configuration.container.environment)
        var texts: [String] = []
        for pair in env.pairs {
            let name = try expand(pair.key, before)
            let value = try expand(pair.value, before)
            guard !name.isEmpty else {
                throw error(.invalidArgument, "ENV names can not be blank", at: pair.key.range)
            }
            configured[name] = value
            state.environment[name] = value
            texts.append("\(name)=\(value)")
        }
        state.configuration.container.environment = configured.assignments
        state.record("ENV " + texts.joined(separator: " "))
    }

    private mutating func planLabel(_ label: LabelInstruction, _ state: inout StageState) throws(DockerfileError) {
        var texts: [String] = []
        for pair in label.pairs {
            let name = try expand(pair.key, state)
            let value = try expand(pair.value, state)
            guard !name.isEmpty else {
                throw error(.invalidArgument, "LABEL names can not be blank", at: pair.key.range)
            }
            state.configuration.container.labels[name] = value
            texts.append("\(name)=\(value)")
        }
        state.record("LABEL " + texts.joined(separator: " "))
    }

    private mutating func planExpose(_ words: [Word], _ state: inout StageState) throws(DockerfileError) {
        var ports: Set<String> = []
        for word in words {
            for text in try expander(state).expandWords(word) {
                do {
                    ports.formUnion(try PortSpecification(parsing: text).keys)
                } catch {
                    throw self.error(.invalidArgument, "\(error)", at: word.range)
                }
            }
        }
        state.configuration.container.exposedPorts.formUnion(ports)
        state.record("EXPOSE [\(ports.sorted().joined(separator: " "))]")
    }

    private mutating func planVolume(_ words: [Word], _ state: inout StageState) throws(DockerfileError) {
        var paths: [String] = []
        for word in words {
            let path = try expand(word, state)
            guard !path.isEmpty else {
                throw error(.invalidArgument, "VOLUME specified can not be an empty string", at: word.range)
            }
            paths.append(path)
        }
        state.configuration.container.volumes.formUnion(paths)
        state.record("VOLUME [\(paths.joined(separator: " "))]")
    }

    private func planHealthcheck(_ check: HealthcheckInstruction, _ state: inout StageState) {
        let health = Healthcheck(
            test: check.configurationTest, interval: check.interval, timeout: check.timeout,
            startPeriod: check.startPeriod, startInterval: check.startInterval, retries: Int64(check.retries))
        state.configuration.container.healthcheck = health
        let durations = [
            "Interval:\(goDuration(check.interval))", "Timeout:\(goDuration(check.timeout))",
            "StartPeriod:\(goDuration(check.startPeriod))", "StartInterval:\(goDuration(check.startInterval))",
        ]
        state.record(
            "HEALTHCHECK {Test:[\(health.test.joined(separator: " "))] \(durations.joined(separator: " ")) "
                + "Retries:\(check.retries)}")
    }

    private mutating func planWorkdir(
        _ word: Word, _ instruction: Instruction, _ state: inout StageState, _ entry: StageEntry
    ) throws(DockerfileError) {
        let text = try expand(word, state)
        // The configuration keeps an absolute path as it is written, a slash at its end too.
        let written = text.hasPrefix("/") ? text : absolutePath(text, in: state.workingDirectory)
        state.configuration.container.workingDirectory = written
        let path = absolutePath(written, in: "/")
        guard path != "/" else {
            state.record("WORKDIR \(written)")
            return
        }
        let operation = MakeDirectoryOperation(path: path, owner: state.configuration.container.user)
        append(.makeDirectory(operation), named: "WORKDIR \(written)", instruction, &state, entry)
        state.record("WORKDIR \(written)", makesLayer: true)
    }

    /// The argument list of a command: the shell form is given to the stage's shell.
    func arguments(_ form: CommandLineForm, _ state: StageState) -> [String] {
        switch form {
        case .shell(let word): state.shell + [word.raw]
        case .exec(let words): words.map(\.raw)
        }
    }
}

extension Instruction {
    /// Whether it becomes an operation of its own.
    var makesOperation: Bool {
        switch body {
        case .run, .copy, .add, .workdir: true
        default: false
        }
    }
}

/// An absolute clean path: `path` seen from `directory`, with `.` and `..` taken away.
func absolutePath(_ path: String, in directory: String) -> String {
    var components: [Substring] = []
    for part in (path.hasPrefix("/") ? path : directory + "/" + path).split(separator: "/") where part != "." {
        if part == ".." { _ = components.popLast() } else { components.append(part) }
    }
    return "/" + components.joined(separator: "/")
}
