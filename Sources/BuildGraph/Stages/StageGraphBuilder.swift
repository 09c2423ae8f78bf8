import Dockerfile
import OCI

/// Walks the stages of a Dockerfile for a ``StageGraph``, with the ``Planner``'s eyes.
struct StageGraphBuilder {
    /// What makes two sources the same.
    private enum Key: Hashable {
        case image(ImageSource)
        case namedContext(String)
        case buildContext
        case scratch
        case remote(String)
    }

    private var planner: Planner
    private let target: Int
    /// The stages that the target needs. What is wrong in others is not an error, because a build does not look at it.
    private let needed: Set<Int>
    private var nodes: [StageGraph.Node] = []
    private var edges: [StageGraph.Edge] = []
    private var positions: [Key: Int] = [:]

    init(_ dockerfile: Dockerfile, options: PlanOptions) throws(DockerfileError) {
        planner = Planner(dockerfile: dockerfile, options: options, resolver: NoImages())
        target = try planner.prepare()
        needed = try planner.reachable(from: target)
    }

    mutating func build() throws(DockerfileError) -> StageGraph {
        for entry in planner.stages {
            let end = entry.stage.instructions.last?.range ?? entry.stage.fromInstruction.range
            let lines = entry.stage.fromInstruction.range.lines.lowerBound...end.lines.upperBound
            let stage = StageGraph.Stage(
                index: entry.stage.index, isNamed: entry.stage.name != nil, lines: lines, steps: 0,
                platform: entry.platform, isReplaced: entry.isReplaced)
            nodes.append(.init(kind: .stage(stage), name: entry.name, part: .pruned))
        }
        var states: [StageState] = []
        for entry in planner.stages { states.append(try walk(entry, after: states)) }
        return StageGraph(name: planner.dockerfile.source.name, nodes: nodes, edges: edges, target: target)
    }

    // MARK: - Stages

    /// Adds what goes into a stage.
    ///
    /// - Parameter states: what the stages before it have come to.
    private mutating func walk(_ entry: Planner.StageEntry, after states: [StageState]) throws(DockerfileError)
        -> StageState
    {
        let index = entry.stage.index
        add(
            .from, from: position(of: entry.base, name: entry.isReplaced ? entry.name : entry.baseName), to: index,
            paths: [], path: nil,
            at: entry.stage.fromInstruction.range)
        let platform = entry.platform ?? planner.options.targetPlatform
        var state = StageState(
            head: OperationID(rawValue: 0), configuration: ImageConfiguration(platform: platform), platform: platform)
        if case .stage(let base) = entry.base { state = states[base] }
        if case .image = entry.base { state.keepsUnknownVariables = true }
        guard !entry.isReplaced else {
            state.keepsUnknownVariables = true
            return state
        }
        let triggers = try planner.takeTriggers(of: &state, entry)
        for instruction in triggers + entry.stage.instructions {
            do {
                try follow(instruction, &state, entry)
            } catch {
                guard !needed.contains(index) else { throw error }
            }
        }
        if case .stage(var stage) = nodes[index].kind {
            stage.steps = (triggers + entry.stage.instructions).count(where: \.makesOperation)
            if case .image = entry.base { stage.steps += 1 }
            nodes[index].kind = .stage(stage)
        }
        return state
    }

    /// What an instruction does to the variables and the working directory, and what it takes from elsewhere.
    private mutating func follow(
        _ instruction: Instruction, _ state: inout StageState, _ entry: Planner.StageEntry
    ) throws(DockerfileError) {
        switch instruction.body {
        case .arg(let declaration): try planner.planArg(declaration, instruction, &state)
        case .env(let env): try planner.planEnv(env, &state)
        case .workdir(let word):
            let path = try planner.expand(word, state)
            state.configuration.container.workingDirectory = workingDirectory(path, state) ?? ""
        case .onBuild(let trigger): state.configuration.container.onBuild.append(trigger.expression)
        case .copy(let copy): try follow(copy, instruction, state, entry)
        case .add(let add): try follow(add, instruction, state, entry)
        case .run(let run):
            for flag in run.mounts { try follow(flag, instruction, state, entry) }
        default: break
        }
    }

    private mutating func follow(
        _ copy: CopyInstruction, _ instruction: Instruction, _ state: StageState, _ entry: Planner.StageEntry
    ) throws(DockerfileError) {
        let paths = try self.paths(copy.transfer, state)
        let destination = try path(planner.expand(copy.transfer.destination, state), state)
        guard !paths.isEmpty else { return }
        let source = try position(
            of: copy.from.map { ($0.raw, $0.range) }, in: entry, isMount: false)
        add(.copy, from: source, to: entry.stage.index, paths: paths, path: destination, at: instruction.range)
    }

    private mutating func follow(
        _ addition: AddInstruction, _ instruction: Instruction, _ state: StageState, _ entry: Planner.StageEntry
    ) throws(DockerfileError) {
        let paths = try self.paths(addition.transfer, state)
        let destination = try path(planner.expand(addition.transfer.destination, state), state)
        var local: [String] = []
        var remote: [(address: String, kind: StageGraph.Node.Kind)] = []
        for path in paths {
            switch try planner.remoteKind(of: path, at: instruction.range) {
            case .file: remote.append((path, .remoteFile))
            case .repository: remote.append((path, .repository))
            case nil: local.append(path)
            }
        }
        let index = entry.stage.index
        if !local.isEmpty {
            let context = position(.buildContext, .buildContext, "build context")
            add(.add, from: context, to: index, paths: local, path: destination, at: instruction.range)
        }
        for (address, kind) in remote {
            let source = position(.remote(address), kind, address)
            add(.add, from: source, to: index, paths: [], path: destination, at: instruction.range)
        }
    }

    /// The sources that are paths, not documents in the Dockerfile.
    private func paths(_ transfer: FileTransfer, _ state: StageState) throws(DockerfileError) -> [String] {
        var paths: [String] = []
        for case .path(let word) in transfer.sources { paths.append(try planner.expand(word, state)) }
        return paths
    }

    private mutating func follow(
        _ flag: MountFlag, _ instruction: Instruction, _ state: StageState, _ entry: Planner.StageEntry
    ) throws(DockerfileError) {
        guard let files = try files(of: flag, state) else { return }
        let node = try position(of: files.from.map { ($0, flag.range) }, in: entry, isMount: true)
        add(
            .mount, from: node, to: entry.stage.index, paths: [absolutePath(files.source, in: "/")],
            path: path(files.target, state), at: instruction.range)
    }

    /// What a mount takes from where, if it takes anything.
    private func files(
        of flag: MountFlag, _ state: StageState
    ) throws(DockerfileError) -> (from: String?, source: String, target: String)? {
        let isUnknown = flag.options.contains { $0.value?.contains("$") ?? false }
        if isUnknown, state.keepsUnknownVariables {
            // A number or a path that only the base image can tell is no mistake, so the options are not checked.
            var values: [String: String] = [:]
            for option in flag.options {
                guard let value = option.value else { continue }
                values[option.key] = try planner.expander(state).expandWord(Word(raw: value, range: flag.range))
            }
            let type = values["type"]?.lowercased() ?? "bind"
            guard type == "bind" || (type == "cache" && flag.from != nil) else { return nil }
            return (
                flag.from, values["source"] ?? values["src"] ?? "",
                values["target"] ?? values["dst"] ?? values["destination"] ?? ""
            )
        }
        switch try flag.resolve(planner.expander(state)) {
        case .bind(let bind): return (bind.from, bind.source, bind.target)
        case .cache(let cache): return cache.from == nil ? nil : (cache.from, cache.source, cache.target)
        case .tmpfs, .secret, .ssh: return nil
        }
    }

    // MARK: - Paths

    /// The working directory after a `WORKDIR`; nil where only the base image can tell it.
    private func workingDirectory(_ path: String, _ state: StageState) -> String? {
        guard isKnown(path, state) else { return nil }
        return absolutePath(path, in: state.workingDirectory)
    }

    /// A destination, absolute if that can be told.
    private func path(_ text: String, _ state: StageState) -> String {
        isKnown(text, state) ? planner.destination(text, state) : text
    }

    private func isKnown(_ path: String, _ state: StageState) -> Bool {
        path.hasPrefix("/") || !state.keepsUnknownVariables
            || (!state.configuration.container.workingDirectory.isEmpty && !path.hasPrefix("$"))
    }

    // MARK: - Nodes and edges

    private mutating func add(
        _ kind: StageGraph.Edge.Kind, from source: Int, to destination: Int, paths: [String], path: String?,
        at range: SourceRange
    ) {
        edges.append(
            .init(
                source: source, destination: destination, kind: kind, paths: paths, path: path,
                line: range.lines.lowerBound, isNeeded: false))
    }

    /// The node that a `--from` names; without one the build context.
    private mutating func position(
        of from: (name: String, range: SourceRange)?, in entry: Planner.StageEntry, isMount: Bool
    ) throws(DockerfileError) -> Int {
        guard let (name, range) = from else { return position(.buildContext, .buildContext, "build context") }
        let index = entry.stage.index
        if needed.contains(index) {
            if let stage = try planner.earlierStage(name, than: index, isMount: isMount, at: range) { return stage }
        } else if let stage = try planner.stageIndex(name, allowsNumber: !isMount, at: range) {
            return stage
        }
        return position(of: name == "scratch" ? .scratch : try planner.imageBase(name, at: range), name: name)
    }

    private mutating func position(of base: Planner.StageEntry.Base, name: String) -> Int {
        switch base {
        case .stage(let index): index
        case .scratch: position(.scratch, .scratch, "scratch")
        case .context(let context): position(.namedContext(context), .namedContext, context)
        case .image(let source): position(.image(source), .image(source), name)
        }
    }

    private mutating func position(_ key: Key, _ kind: StageGraph.Node.Kind, _ name: String) -> Int {
        if let known = positions[key] { return known }
        positions[key] = nodes.count
        nodes.append(.init(kind: kind, name: name, part: .pruned))
        return nodes.count - 1
    }
}

/// Stands where the planner wants a resolver; drawing asks for no image.
private struct NoImages: ImageResolver {
    struct NotAsked: Error {}

    func resolve(_ source: ImageSource, platform: Platform) throws -> BaseImage { throw NotAsked() }
}
