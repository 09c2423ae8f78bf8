import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import OCI
import Synchronization
import SystemPackage

/// Finds out why the operations of a graph are executed: compares what they use with what the same step used in an earlier
/// build, and keeps what later builds are compared with.
///
/// Nothing is read or kept for a step that the cache has. A step that is about to be executed costs some look-ups by key,
/// and the list of its files if it is not known yet.
///
/// The step it is compared with is the one with the same keys, if only its result is missing; else the same instruction of
/// the same stage of the same Dockerfile, at the nearest position; else the one at the same position, if its instruction
/// is not in the stage any more; else the same instruction of a stage of that name, of any Dockerfile.
final class Explainer: Sendable {
    let graph: BuildGraph
    let keys: DefinitionKeys
    let contexts: [ContextName: ContextTree]
    let remotes: RemoteSources
    let history: BuildHistory
    private let epoch: Epoch
    private let noCache: PlanOptions.NoCache
    /// The digests of the regular files of selections of contexts.
    private let files: [Digest: [Digest]]
    private let places = Mutex<StepPlaces?>(nil)
    private let explained = Mutex<[OperationID: StepExplanation]>([:])

    /// How many other steps an explanation goes through that branch off one another.
    private static let maximumDepth = 8

    /// What is known of a step when it is about to be executed.
    struct Finding: Sendable {
        var explanation: StepExplanation
        fileprivate var inputs: StepInputs
        fileprivate var step: ExecutedStep
        fileprivate var selections: [Digest: [UInt8]]
    }

    init(
        graph: BuildGraph, keys: DefinitionKeys, contexts: [ContextName: ContextTree], remotes: RemoteSources,
        history: BuildHistory, epoch: Epoch, noCache: PlanOptions.NoCache, files: [Digest: [Digest]]
    ) {
        self.graph = graph
        self.keys = keys
        self.contexts = contexts
        self.remotes = remotes
        self.history = history
        self.epoch = epoch
        self.noCache = noCache
        self.files = files
    }

    /// Why an operation is executed that uses `used` and whose content key led to nothing because of `miss`. `layers` are
    /// those that it starts from.
    ///
    /// Throws `StoreError` where the store cannot be read.
    func explain(
        _ operation: Operation, _ used: UsedInputs, over layers: [Digest], miss: CacheMiss
    ) throws -> Finding {
        let now = inputs(of: operation, used, over: layers)
        var explanation = StepExplanation(.executed)
        if operation.ignoresCache {
            explanation.reasons = [
                noCache == .always ? StepReason(.noCache) : StepReason(.noCacheFilter, operation.stage)
            ]
        } else if let (old, before) = try earlier(operation, now.inputs, used) {
            explanation.reasons = try reasons(now, since: before, depth: Self.maximumDepth)
            if explanation.reasons.isEmpty { explanation.reasons = [reason(for: miss, before)] }
            explanation.earlier = try history.build(old.build)
        } else {
            let isKnown = try history.store.executedStep(.dockerfile(history.dockerfile)) != nil
            explanation.reasons = [StepReason(isKnown ? .newStep : .firstBuild)]
        }
        explained.withLock { $0[operation.id] = explanation }
        return Finding(
            explanation: explanation, inputs: now.inputs, step: step(operation, now.inputs, used),
            selections: try unknownLists(now))
    }

    /// Remembers an operation whose execution ended, for later builds.
    func ended(_ finding: Finding, _ ending: StepInputs.Ending = .done) {
        var (step, inputs) = (finding.step, finding.inputs)
        inputs.ending = ending
        step.inputs = inputs.payload
        history.add(step, selections: finding.selections)
    }

    // MARK: - What to compare with

    private func step(_ operation: Operation, _ inputs: StepInputs, _ used: UsedInputs) -> ExecutedStep {
        let (stage, position) = counted[operation]
        return ExecutedStep(
            definition: keys.definition(operation.id), content: used.key, dockerfile: history.dockerfile,
            stage: stage, position: position, instruction: inputs.instruction,
            inputs: [],
            selections: inputs.sources.compactMap { $0.selection.flatMap { try? Digest(parsing: $0) } })
    }

    /// Counted when a step is executed for the first time: a build that finds everything in the cache need not know.
    private var counted: StepPlaces {
        places.withLock { places in
            if let places { return places }
            let counted = StepPlaces(graph)
            places = counted
            return counted
        }
    }

    private func earlier(
        _ operation: Operation, _ inputs: StepInputs, _ used: UsedInputs?
    ) throws -> (ExecutedStep, StepInputs)? {
        let ((stage, position), dockerfile) = (counted[operation], history.dockerfile)
        var queries: [ExecutedStep.Query] = [.definition(keys.definition(operation.id))]
        if let used { queries.append(.content(used.key)) }
        queries += [
            .instruction(inputs.instruction, position: position, stage: stage, dockerfile: dockerfile),
            .position(position, stage: stage, dockerfile: dockerfile),
            .anywhere(instruction: inputs.instruction, stage: stage),
        ]
        for query in queries {
            guard let found = try history.store.executedStep(query), let before = StepInputs(found.inputs) else {
                continue
            }
            // What stood here before may only have moved.
            if case .position = query, counted.contains(before.instruction, in: stage) { continue }
            return (found, before)
        }
        return nil
    }

    /// Why there is no result although nothing is different.
    private func reason(for miss: CacheMiss, _ before: StepInputs) -> StepReason {
        switch (miss, before.ending) {
        case (.absent, .failed): StepReason(.failed)
        case (.absent, .canceled): StepReason(.canceled)
        case (.absent, .done): StepReason(.evicted)
        case (.missingLayer, _): StepReason(.missingLayer)
        case (.laterEpoch(let seconds), _):
            StepReason(
                .epoch, old: Epoch.rfc3339(Timestamp(seconds: seconds)), new: Epoch.rfc3339(epoch.time))
        }
    }

    // MARK: - Comparing

    private func reasons(_ now: NamedInputs, since before: StepInputs, depth: Int) throws -> [StepReason] {
        let comparison = StepComparison(now.inputs, since: before)
        var reasons = comparison.reasons
        var steps: [StepReason] = []
        for (new, old) in comparison.inputs {
            for reason in try self.reasons(new, since: old, now, depth: depth) {
                if reason.kind == .step {
                    steps.append(reason)
                } else if !reasons.contains(reason) {
                    reasons.append(reason)
                }
            }
        }
        for step in steps where !reasons.contains(step) {
            // What is different here as well explains the step before no better.
            if !step.causes.isEmpty, step.causes.allSatisfy(reasons.contains) { continue }
            reasons.append(step)
        }
        return reasons
    }

    /// What is different about one input.
    private func reasons(
        _ new: StepInputs.Input, since old: StepInputs.Input?, _ now: NamedInputs, depth: Int
    ) throws -> [StepReason] {
        if new.label.isEmpty, let old, new.kind == .step || old.kind == .step {
            return try predecessor(new, since: old, depth: depth)
        }
        guard let old, old.kind == new.kind else {
            return [StepReason(new.label.isEmpty ? .image : .source, new.label, old: old?.title, new: new.title)]
        }
        let files = try changedFiles(new, since: old, now)
        switch new.kind {
        case .scratch: return []
        case .context:
            if old.title != new.title { return [StepReason(.source, old: old.title, new: new.title)] }
            return files ?? [StepReason(.files, place: new.place ?? "build context")]
        case .inline: return [StepReason(.heredoc, new.name)]
        case .remote:
            return [StepReason(.remote, new.name, old: old.title, new: new.title)]
        case .image:
            return (files ?? []) + [
                StepReason(.image, new.label.isEmpty ? "" : new.name, old: old.title, new: new.title)
            ]
        case .step:
            guard let operation = new.operation else { return files ?? [] }
            return (files ?? []) + (try causes(of: operation, since: old.identity, depth: depth))
        }
    }

    /// What is different about the step before.
    private func predecessor(
        _ new: StepInputs.Input, since old: StepInputs.Input, depth: Int
    ) throws -> [StepReason] {
        let isSame = new.kind == old.kind && stepInstruction(in: new.name) == stepInstruction(in: old.name)
        guard let operation = new.operation, isSame || explained.withLock({ $0[operation] }) != nil else {
            return [StepReason(.order, old: old.title, new: new.title)]
        }
        return try causes(of: operation, since: old.identity, depth: depth)
    }

    /// The files that are others; nil where one of the lists is not known.
    private func changedFiles(
        _ new: StepInputs.Input, since old: StepInputs.Input, _ now: NamedInputs
    ) throws -> [StepReason]? {
        guard let digest = new.selection, let before = old.selection.flatMap({ try? Digest(parsing: $0) }),
            let list = try now.lists[digest]?.list(),
            let known = try history.store.selection(before).flatMap(FileList.init(decoding:))
        else { return nil }
        let changes = list.changes(since: known, place: new.place)
        return changes.isEmpty ? nil : changes
    }

    /// Why another step came to another result than the one with the key `identity`: the step where the difference began,
    /// with what is different there.
    private func causes(of first: OperationID, since identity: String, depth: Int) throws -> [StepReason] {
        var (current, identity) = (first, identity)
        while true {
            let operation = graph[current]
            if let known = explained.withLock({ $0[current] }), known.verdict == .executed {
                return lifted(known.reasons, operation)
            }
            guard depth > 0, case let now = inputs(of: operation, nil, over: nil),
                let before = try earlierInputs(operation, now.inputs, identity)
            else { return [StepReason(.step, operation.name)] }
            let comparison = StepComparison(now.inputs, since: before)
            // Along a chain, however long, this goes down in a loop.
            if comparison.reasons.isEmpty, comparison.inputs.count == 1, let (new, old) = comparison.inputs.first,
                let next = new.operation, new.kind == .step, let old, old.kind == .step
            {
                (current, identity) = (next, old.identity)
                continue
            }
            return lifted(try reasons(now, since: before, depth: depth - 1), operation)
        }
    }

    private func earlierInputs(_ operation: Operation, _ inputs: StepInputs, _ identity: String) throws -> StepInputs? {
        if let key = try? Digest(parsing: identity), let found = try history.store.executedStep(.definition(key)) {
            return StepInputs(found.inputs)
        }
        guard let (found, before) = try earlier(operation, inputs, nil),
            found.definition != keys.definition(operation.id)
        else { return nil }
        return before
    }

    /// The reasons of a step as they are told of one that comes after it: where it did what it does only because of steps
    /// before it, these are named.
    private func lifted(_ reasons: [StepReason], _ operation: Operation) -> [StepReason] {
        let steps = reasons.filter { $0.kind == .step }
        let own = reasons.filter { $0.kind != .step }
        if !steps.isEmpty, own.allSatisfy(\.isOfStage) { return steps }
        return [StepReason(.step, operation.name, causes: own)]
    }

    // MARK: - Lists of files

    private func unknownLists(_ now: NamedInputs) throws -> [Digest: [UInt8]] {
        var unknown: [Digest: [UInt8]] = [:]
        for (text, list) in now.lists {
            let digest = try Digest(parsing: text)
            if try !history.store.hasSelection(digest) { unknown[digest] = try list.list()?.encoded }
        }
        return unknown
    }

    /// The files that a source of a copy or a mount selects in a context.
    func list(
        _ source: CopyOperation.Source, of copy: CopyOperation?, in context: ContextName, selection digest: Digest
    ) throws -> FileList? {
        guard let tree = contexts[context] else { return nil }
        let excludes = try IgnorePatterns(copy?.excludes ?? [])
        let selector = Selector(tree: tree, excludes: excludes, place: context.place)
        let selection = Selection(items: try selector.select(source))
        guard let digests = try files[digest] ?? knownDigests(selection, in: tree) else { return nil }
        return FileList(selection.counted(for: copy, isCheckout: !tree.source.isFetched), digests: digests)
    }

    /// The digests of files that this build had no need to look at one by one; nil where one of them is not known.
    private func knownDigests(_ selection: Selection, in tree: ContextTree) throws -> [Digest]? {
        guard !tree.source.isFetched else { return nil }
        var cache = try history.store.statCache(context: tree.source.path.string)
        var digests: [Digest] = []
        for file in SelectionKey.regularFiles(of: selection) {
            guard let digest = cache.digest(of: file.location.path, file.status) else { return nil }
            digests.append(digest)
        }
        return digests
    }
}
