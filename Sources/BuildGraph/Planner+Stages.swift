import Dockerfile
import OCI

/// Stages: which are needed, in which order, and what each starts from.
extension Planner {
    /// A `--from` as it stands in an instruction.
    struct Reference {
        var name: String
        var range: SourceRange
        var isMount: Bool
    }

    func references(in instruction: Instruction) -> [Reference] {
        switch instruction.body {
        case .copy(let copy):
            copy.from.map { [Reference(name: $0.raw, range: $0.range, isMount: false)] } ?? []
        case .run(let run):
            run.mounts.compactMap { mount in
                mount.from.map { Reference(name: $0, range: mount.range, isMount: true) }
            }
        default: []
        }
    }

    /// The stage that a `--from` names, by name or (for `COPY`) by number; nil where it names something else.
    func stageIndex(_ name: String, allowsNumber: Bool, at range: SourceRange?) throws(DockerfileError) -> Int? {
        if allowsNumber, let number = Int(name) {
            guard stages.indices.contains(number) else {
                throw error(
                    .unknownStage, "invalid stage index \(number)",
                    help:
                        "stages are numbered from 0, and \(stages.count == 1 ? "there is one" : "there are \(stages.count)")",
                    at: range)
            }
            return number
        }
        let lowered = name.lowercased()
        return stages.lastIndex { $0.stage.name == lowered }
    }

    /// The stage that a `--from` names, which has to stand above the stage that uses it; nil where it names something else.
    func earlierStage(
        _ name: String, than index: Int, isMount: Bool, at range: SourceRange?
    ) throws(DockerfileError) -> Int? {
        guard let other = try stageIndex(name, allowsNumber: !isMount, at: range) else { return nil }
        guard other < index else {
            let message =
                isMount
                ? "cannot mount from stage \"\(name)\", stage needs to be defined before current command"
                : "cannot copy from stage \"\(name)\", it needs to be defined before current stage \"\(stages[index].name)\""
            throw error(
                .unknownStage, message, help: "move the stage \"\(stages[other].name)\" above this one", at: range)
        }
        return other
    }

    /// Refuses what holds for every stage, needed or not: variables in `--from`, and stages that wait for themselves.
    func checkCopySources() throws(DockerfileError) {
        for entry in stages {
            for instruction in entry.stage.instructions {
                guard case .copy(let copy) = instruction.body, let from = copy.from else { continue }
                guard !from.raw.contains("$") else {
                    throw error(
                        .invalidFlag,
                        "variable expansion is not supported for --from, define a new stage with FROM using ARG from "
                            + "global scope as a workaround",
                        help: "write `FROM \(from.raw) AS name` above, and `COPY --from=name` here", at: from.range)
                }
                _ = try stageIndex(from.raw, allowsNumber: true, at: from.range)
            }
        }
        if let entry = try circularStage() {
            throw error(
                .circularDependency, "circular dependency detected on stage: \(entry.name)",
                help: "a stage cannot copy from itself or from a stage that is made from it",
                at: place(ofCircleIn: entry))
        }
    }

    /// The `--from` that closes the circle, where the stage names itself.
    private func place(ofCircleIn entry: StageEntry) -> SourceRange {
        let own = entry.stage.instructions.flatMap(references).first { reference in
            let index = try? stageIndex(reference.name, allowsNumber: !reference.isMount, at: nil)
            return index == entry.stage.index
        }
        return own?.range ?? entry.stage.fromInstruction.range
    }

    /// The first stage, in the order of the Dockerfile, that waits for itself.
    private func circularStage() throws(DockerfileError) -> StageEntry? {
        var needs: [[Int]] = []
        for entry in stages { needs.append(try dependencies(of: entry)) }
        // Stages that wait for nothing are taken away until none is left, unless there is a circle.
        var waiting = needs.map(\.count)
        var dependents = Array(repeating: [Int](), count: stages.count)
        for (index, others) in needs.enumerated() {
            for other in others { dependents[other].append(index) }
        }
        var ready = stages.indices.filter { waiting[$0] == 0 }
        while let index = ready.popLast() {
            for dependent in dependents[index] {
                waiting[dependent] -= 1
                if waiting[dependent] == 0 { ready.append(dependent) }
            }
        }
        return stages.first { entry in
            let index = entry.stage.index
            return waiting[index] > 0 && Self.reaches(index, from: needs[index], needs)
        }
    }

    /// The stages that a stage names in its `FROM` and in `--from`.
    private func dependencies(of entry: StageEntry) throws(DockerfileError) -> [Int] {
        var found: [Int] = []
        if case .stage(let index) = entry.base { found.append(index) }
        guard !entry.isReplaced else { return found }
        for reference in entry.stage.instructions.flatMap(references) {
            if let index = try stageIndex(reference.name, allowsNumber: !reference.isMount, at: reference.range) {
                found.append(index)
            }
        }
        return found
    }

    private static func reaches(_ goal: Int, from start: [Int], _ needs: [[Int]]) -> Bool {
        var seen: Set<Int> = []
        var pending = start
        while let index = pending.popLast() {
            if index == goal { return true }
            if seen.insert(index).inserted { pending += needs[index] }
        }
        return false
    }

    /// The stages that a stage needs, itself included, as far as they stand in the Dockerfile.
    func reachable(from target: Int) throws(DockerfileError) -> Set<Int> {
        var seen: Set<Int> = []
        var pending = [target]
        while let index = pending.popLast() {
            guard seen.insert(index).inserted else { continue }
            pending += try dependencies(of: stages[index])
        }
        return seen
    }

    // MARK: - Images

    /// Asks for all images that a set of stages needs at the same time, so that a slow registry is waited for once.
    mutating func resolveImages(neededBy needed: Set<Int>) async {
        var keys: Set<ImageKey> = []
        for index in needed {
            let entry = stages[index]
            if case .image(let source) = entry.base {
                keys.insert(ImageKey(source: source, platform: entry.platform ?? options.targetPlatform))
            }
            for reference in entry.stage.instructions.flatMap(references) {
                guard (try? stageIndex(reference.name, allowsNumber: true, at: nil)) == .some(nil),
                    case .image(let source)? = try? imageBase(reference.name, at: nil)
                else { continue }
                keys.insert(ImageKey(source: source, platform: options.targetPlatform))
            }
        }
        let resolver = self.resolver
        await withTaskGroup(of: (ImageKey, Result<BaseImage, any Error>).self) { group in
            for key in keys {
                group.addTask {
                    do {
                        return (key, .success(try await resolver.resolve(key.source, platform: key.platform)))
                    } catch {
                        return (key, .failure(error))
                    }
                }
            }
            for await (key, result) in group { resolvedImages[key] = result }
        }
    }

    private mutating func image(
        _ source: ImageSource, platform: Platform, name: String, at range: SourceRange?
    ) async throws -> BaseImage {
        let key = ImageKey(source: source, platform: platform)
        do {
            if let known = resolvedImages[key] { return try known.get() }
            let image = try await resolver.resolve(source, platform: platform)
            resolvedImages[key] = .success(image)
            return image
        } catch let cause where !(cause is CancellationError) {
            let names = dockerfile.stages.compactMap(\.name)
            let suggestion = Suggestion.closest(to: name, among: names, ignoringCase: true)
            throw BaseImageError(name: name, range: range, suggestion: suggestion, cause: cause)
        }
    }

    /// The operation that stands for an image, a named context or nothing, made once.
    private mutating func start(
        _ base: StageEntry.Base, name: String, platform: Platform, stage: String, at range: SourceRange?
    ) async throws -> (OperationID, ImageConfiguration, Platform) {
        switch base {
        case .scratch, .stage:
            let id = append(
                .scratch, base: nil, name: "FROM scratch", stage: stage, range: range, ignoresCache: false,
                platform: platform)
            return (id, ImageConfiguration(platform: platform), platform)
        case .context(let context):
            let scratch = append(
                .scratch, base: nil, name: "FROM scratch", stage: stage, range: range, ignoresCache: false,
                platform: platform)
            let copy = CopyOperation(
                sources: [
                    CopyOperation.Source(
                        origin: .context(.named(context)), path: "/", parentsPattern: nil, unpacks: false, range: range)
                ], destination: "/", owner: nil, ownerRange: nil, mode: nil, modeText: nil, excludes: [],
                isLinked: false)
            let id = append(
                .copy(copy), base: scratch, name: "[context \(context)] load from directory", stage: stage,
                range: range, ignoresCache: false, platform: platform)
            var configuration = ImageConfiguration(platform: platform)
            configuration.history.append(
                HistoryEntry(createdBy: "COPY . / # context \(context)", comment: "buildkit.dockerfile.v0"))
            return (id, configuration, platform)
        case .image(let source):
            let image = try await image(source, platform: platform, name: name, at: range)
            checkPlatform(of: image, expected: platform, name: name)
            let key = ImageKey(source: source, platform: platform)
            var configuration = image.configuration
            configuration.created = nil
            if let known = importedImages[key] { return (known, configuration, platform) }
            let id = append(
                .image(source, image), base: nil, name: "FROM \(name)", stage: stage, range: range, ignoresCache: false,
                platform: platform)
            importedImages[key] = id
            return (id, configuration, platform)
        }
    }

    /// The file system that a `--from` names.
    mutating func fileSource(
        _ name: String, for index: Int, isMount: Bool, at range: SourceRange?
    ) async throws -> FileOrigin {
        if let other = try earlierStage(name, than: index, isMount: isMount, at: range) {
            return .operation(try await planStage(other).head)
        }
        if name == "scratch" {
            let (id, _, _) = try await start(
                .scratch, name: name, platform: options.targetPlatform, stage: stages[index].name, at: range)
            return .operation(id)
        }
        let base = try imageBase(name, at: range)
        if case .context(let context) = base { return .context(.named(context)) }
        let (id, _, _) = try await start(
            base, name: name, platform: options.targetPlatform, stage: stages[index].name, at: range)
        return .operation(id)
    }

    // MARK: - Stages

    /// A stage after all its instructions.
    @discardableResult
    mutating func planStage(_ index: Int) async throws -> StageState {
        if let state = planned[index] { return state }
        let entry = stages[index]
        let outer = focus
        focus = Focus(stage: index, instruction: entry.stage.fromInstruction)
        defer { focus = outer }
        beginOutline(of: entry)
        var state = try await initialState(of: entry)
        if !entry.isReplaced {
            let triggers = try takeTriggers(of: &state, entry)
            let layered = (triggers + entry.stage.instructions).filter(\.makesOperation).count
            if case .image = entry.base { state.step = 1 }
            state.stepCount = layered + state.step
            nameBase(of: entry, state)
            for instruction in triggers {
                state.isTrigger = true
                do {
                    try await plan(instruction, &state, entry)
                } catch let cause as DockerfileError {
                    throw triggerError(cause, instruction.text, at: entry.stage.fromInstruction.range)
                }
            }
            state.isTrigger = false
            for instruction in entry.stage.instructions {
                try await plan(instruction, &state, entry)
            }
        }
        planned[index] = state
        return state
    }

    /// Counts the base image as the first step of the first stage that starts from it.
    private mutating func nameBase(of entry: StageEntry, _ state: StageState) {
        guard case .image = entry.base, operations[state.head.rawValue].name.hasPrefix("FROM ") else { return }
        let prefix = stepPrefix(entry, state, number: 1)
        operations[state.head.rawValue].name = prefix + operations[state.head.rawValue].name
    }

    private mutating func initialState(of entry: StageEntry) async throws -> StageState {
        let range = entry.stage.fromInstruction.range
        var state: StageState
        if case .stage(let base) = entry.base {
            state = try await planStage(base)
            state.setsCommand = false
            state.lastPlaces = [:]
            state.step = 0
        } else {
            let platform = entry.platform ?? options.targetPlatform
            let (head, configuration, actual) = try await start(
                entry.base, name: entry.baseName, platform: platform, stage: entry.name, at: range)
            state = StageState(head: head, configuration: configuration, platform: actual)
        }
        guard !entry.isReplaced else { return state }
        var environment = EnvironmentList(state.configuration.container.environment)
        if environment["PATH"] == nil {
            environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            state.configuration.container.environment = environment.assignments
        }
        for variable in environment.variables { state.environment[variable.name] = variable.value }
        return state
    }

    /// The instructions that the base left for whoever builds on it; they are not passed on.
    func takeTriggers(of state: inout StageState, _ entry: StageEntry) throws(DockerfileError) -> [Instruction] {
        let texts = state.configuration.container.onBuild
        state.configuration.container.onBuild = []
        let range = entry.stage.fromInstruction.range
        return try texts.map { text throws(DockerfileError) in
            do throws(DockerfileError) {
                var instruction = try Dockerfile.parseTrigger(text, name: "ONBUILD")
                instruction.range = range
                return instruction
            } catch let cause {
                throw triggerError(cause, text, at: range)
            }
        }
    }

    /// What is wrong with a trigger stands in the base's Dockerfile; here only the `FROM` that brings it can be named.
    private func triggerError(_ cause: DockerfileError, _ text: String, at range: SourceRange) -> DockerfileError {
        error(
            cause.diagnostic.code, "in the base's ONBUILD \(text): \(cause.message)", help: cause.diagnostic.help,
            at: range)
    }
}
