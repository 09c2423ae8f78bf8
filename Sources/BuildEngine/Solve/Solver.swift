import Archive
import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// Brings the operations of a graph to their results: looks them up, and executes those that are not known.
///
/// What happens when is decided by ``Schedule``; here it is done, each action in a task of its own.
struct Solver: Sendable {
    let graph: BuildGraph
    let uses: LayerUses
    let request: BuildRequest
    let store: ContentStore
    let layerStore: LayerStore
    let provider: LayerProvider
    let launcher: SandboxLauncher
    let lease: Lease
    let mountPoints: MountPointDirectories
    let rootSupport: RunRoot.Support
    let epoch: Epoch
    let contexts: [ContextName: ContextTree]
    let remotes: RemoteSources
    /// The digest of what each operation takes from outside the graph, and its definition key.
    let keys: DefinitionKeys
    /// What `--cache-from` names.
    let imports: CacheImports
    /// How the layers of the result are to be compressed, so that a layer can be made in that form at once.
    let compression: Compression?
    let steps: StepReporter
    /// Finds out why steps are executed.
    let explainer: Explainer
    /// What limits the processes of steps, if anything does.
    let controlGroups: ControlGroups?
    /// Keeps the step that fails; nil where nobody asked for it.
    let keeper: FailedStepKeeper?

    /// The layers of an operation's file system, the lowest first.
    typealias Layers = [Digest]

    private enum Report: Sendable {
        case probed(OperationID, Layers?)
        case executed(OperationID, Layers)
    }

    /// The layers of the graph's result.
    ///
    /// Throws ``BuildError`` with the place in the Dockerfile for an operation that fails; the others are stopped.
    func solve() async throws -> Layers {
        var schedule = Schedule(graph, limit: request.maximumParallelism ?? .max)
        var results: [OperationID: Layers] = [:]
        try await withThrowingTaskGroup(of: Report.self) { group in
            func obey(_ actions: [Schedule.Action]) {
                for action in actions {
                    switch action {
                    case .probe(let id):
                        group.addTask { .probed(id, try await probe(graph[id])) }
                    case .execute(let id):
                        // Not all of them, which would be copied when the next one comes.
                        let inputs = graph[id].inputs.reduce(into: [:]) { $0[$1] = results[$1] }
                        group.addTask { .executed(id, try await perform(graph[id], inputs)) }
                    }
                }
            }
            obey(schedule.start())
            while let report = try await group.next() {
                switch report {
                case .probed(let id, let layers):
                    results[id] = layers
                    obey(schedule.probed(id, isCached: layers != nil))
                case .executed(let id, let layers):
                    results[id] = layers
                    obey(schedule.finished(id))
                }
            }
        }
        guard let layers = results[graph.result] else { throw CancellationError() }
        steps.finishUntouched()
        return layers
    }

    // MARK: - Looking up

    /// The result under the definition key.
    private func probe(_ operation: Operation) async throws -> Layers? {
        switch operation.kind {
        case .scratch: return []
        case .image(_, let image):
            steps.started(operation.id)
            steps.finished(operation.id, .cached)
            return image.configuration.diffIDs
        default: break
        }
        // What was made anew above need not be what the definition stands for.
        guard !keys.ignoresCache(operation.id) else { return nil }
        var miss = CacheMiss.absent
        guard let step = try await lookUp(keys.definition(operation.id), operation, &miss) else { return nil }
        steps.started(operation.id)
        steps.explained(operation.id, StepExplanation(.sameInputs))
        steps.finished(operation.id, .cached)
        return step.layers
    }

    /// What the store has under a key, or else a cache that is imported.
    private func lookUp(_ key: Digest, _ operation: Operation, _ miss: inout CacheMiss) async throws -> StepRecord? {
        if let step = try await storedStep(key, &miss) { return step }
        guard let step = try await imports.step(for: key, fitting: StackShape(of: operation.id, in: graph)),
            isUsable(step)
        else { return nil }
        // Under the key that was asked for and no other: what else a cache claims is believed by nobody.
        try remember(step, under: [key], of: operation)
        return step
    }

    private func storedStep(_ key: Digest, _ miss: inout CacheMiss) async throws -> StepRecord? {
        guard let record = try store.cacheRecord(for: key), let step = StepRecord(record.payload) else { return nil }
        guard isUsable(step) else {
            miss = .laterEpoch(step.epoch)
            return nil
        }
        for layer in step.layers {
            guard try await provider.isAvailable(layer) else {
                miss = .missingLayer
                return nil
            }
        }
        return step
    }

    private func isUsable(_ step: StepRecord) -> Bool { !epoch.isExplicit || step.epoch <= epoch.time.seconds }

    private func remember(_ step: StepRecord, under keys: [Digest], of operation: Operation) throws {
        let payload = step.payload
        try store.put(keys.map { CacheRecord(key: $0, payload: payload, layers: step.layers, summary: operation.name) })
    }

    // MARK: - Executing

    private func perform(_ operation: Operation, _ results: [OperationID: Layers]) async throws -> Layers {
        steps.started(operation.id)
        do {
            let (layers, isCached) = try await result(of: operation, results)
            steps.finished(operation.id, isCached ? .cached : .executed)
            return layers
        } catch is CancellationError {
            steps.finished(operation.id, .canceled)
            throw CancellationError()
        } catch {
            let located = locate(error, at: operation.range)
            steps.finished(operation.id, Task.isCancelled ? .canceled : .failed(message: "\(located)"))
            throw located
        }
    }

    private func result(
        of operation: Operation, _ results: [OperationID: Layers]
    ) async throws -> (layers: Layers, isCached: Bool) {
        let base = operation.base.flatMap { results[$0] } ?? []
        var sources: [Selection?] = []
        if case .copy(let copy) = operation.kind {
            for source in copy.sources { sources.append(try await select(source, copy.excludes, results)) }
        }
        let used = try await usedInputs(operation, base, sources, results)
        var miss = CacheMiss.absent
        if let layers = try await known(used.key, operation, &miss) { return (layers, true) }
        let turn = operation.ignoresCache ? nil : try await takeTurn(used.key, operation)
        defer { turn?.end() }
        // Whoever had the turn before may have made it.
        if turn != nil, let layers = try await known(used.key, operation, &miss, imports: false) {
            return (layers, true)
        }
        let finding = try explainer.explain(operation, used, over: base, miss: miss)
        steps.explained(operation.id, finding.explanation)
        let scratch = lease.temporaryPath()
        try makeScratch(scratch)
        let layer: CommittedLayer
        do {
            layer = try await execute(operation, over: base, sources, scratch, results)
        } catch {
            explainer.ended(finding, error is CancellationError || Task.isCancelled ? .canceled : .failed)
            try removeTree(scratch)
            throw error
        }
        try removeTree(scratch)
        let step = StepRecord(layers: base + [layer.diffID], epoch: epoch.time.seconds, content: used.key)
        try remember(step, under: [keys.definition(operation.id), used.key], of: operation)
        explainer.ended(finding)
        return (step.layers, false)
    }

    /// The result under the content key, from now on known by the definition too.
    private func known(
        _ content: Digest, _ operation: Operation, _ miss: inout CacheMiss, imports: Bool = true
    ) async throws -> Layers? {
        if operation.ignoresCache { return nil }
        let found = imports ? try await lookUp(content, operation, &miss) : try await storedStep(content, &miss)
        guard var step = found else { return nil }
        step.content = content
        try remember(step, under: [keys.definition(operation.id)], of: operation)
        steps.explained(operation.id, StepExplanation(.sameContent))
        return step.layers
    }

    private func takeTurn(_ content: Digest, _ operation: Operation) async throws -> WorkLock {
        try await StepTurn.take(content, in: store) {
            let note = "waiting for another build or stage, which does this step\n"
            steps.output(operation.id, .standardError, Array(note.utf8))
        }
    }

    private func usedInputs(
        _ operation: Operation, _ base: Layers, _ sources: [Selection?], _ results: [OperationID: Layers]
    ) async throws -> UsedInputs {
        var digests: [Digest] = []
        var used = UsedInputs(key: keys.definition(operation.id))
        func add(_ index: Int, _ digest: Digest, _ files: (Selection, [Digest])? = nil) {
            digests.append(digest)
            used.contents[index] = digest
            used.selections[index] = files
        }
        for (index, selection) in sources.enumerated() {
            guard var selection else {
                add(index, keys.outside(operation.id)[index])
                continue
            }
            if case .copy(let copy) = operation.kind { selection = selection.counted(for: copy, isCheckout: false) }
            let (digest, files) = try await digest(of: selection)
            add(index, digest, (selection, files))
        }
        if case .run(let run) = operation.kind {
            for (index, mount) in run.mounts.enumerated() {
                guard case .bind(let source, let path, _) = mount.kind else { continue }
                guard case .operation(let id) = source else {
                    add(index, keys.outside(operation.id)[index])
                    continue
                }
                let (digest, files) = try await digest(of: path, from: source, in: results[id] ?? [])
                add(index, digest, files)
            }
        }
        used.key = keys.operationKeys.contentKey(operation, layers: base, sources: digests)
        return used
    }

    private func digest(of selection: Selection) async throws -> (digest: Digest, files: [Digest]) {
        let files = try await FileDigests.compute(SelectionKey.regularFiles(of: selection).map(\.location))
        return (SelectionKey(selection, digests: files).digest, files)
    }

    /// The digest of a file or directory, which stands for a mount of it. The whole of a stage is known by its layers.
    private func digest(
        of path: String, from origin: FileOrigin, in layers: Layers
    ) async throws -> (digest: Digest, files: (Selection, [Digest])?) {
        if path == "/" {
            var hasher = KeyHasher("stack/1")
            hasher.add(layers)
            return (hasher.finish(), nil)
        }
        try await provider.unpack(layers)
        let tree = LayerTree(view: try LayerView(layers: layers, store: layerStore))
        let source = CopyOperation.Source(
            origin: origin, path: escapedPattern(path), parentsPattern: nil, unpacks: false, range: nil)
        let selector = Selector(tree: tree, excludes: try IgnorePatterns([]), place: graph.place(of: origin))
        let selection = Selection(items: try selector.select(source))
        let (digest, files) = try await digest(of: selection)
        return (digest, (selection, files))
    }

    /// What a source of a copy selects in the file system of another operation; nil for sources from outside the graph,
    /// whose digest is known already.
    private func select(
        _ source: CopyOperation.Source, _ excludes: [String], _ results: [OperationID: Layers]
    ) async throws -> Selection? {
        guard case .operation(let id) = source.origin else { return nil }
        let layers = results[id] ?? []
        try await provider.unpack(layers)
        let tree = LayerTree(view: try LayerView(layers: layers, store: layerStore))
        let selector = Selector(
            tree: tree, excludes: try IgnorePatterns(excludes), place: graph.place(of: source.origin))
        return Selection(items: try selector.select(source))
    }

    private func execute(
        _ operation: Operation, over base: Layers, _ sources: [Selection?], _ scratch: FilePath,
        _ results: [OperationID: Layers]
    ) async throws -> CommittedLayer {
        switch operation.kind {
        case .scratch, .image:
            throw BuildError(.storeFailed, "\(operation.name) has no layer of its own")
        case .makeDirectory(let directory):
            return try await makeDirectory(directory, operation, over: base)
        case .copy(let copy):
            return try await self.copy(copy, operation, over: base, sources, scratch)
        case .run(let run):
            return try await self.run(run, operation, over: base, scratch, results)
        }
    }

    private func makeScratch(_ path: FilePath) throws {
        guard let last = path.lastComponent, let name = FileName(last) else { return }
        try DirectoryHandle(path.removingLastComponent()).makeDirectory(name, mode: 0o700)
    }

    /// Gives an error the place in the Dockerfile that it is about.
    private func locate(_ error: any Error, at range: SourceRange?) -> BuildError {
        if var error = error as? BuildError {
            error.range = error.range ?? range
            return error
        }
        let code: BuildError.Code = error is StoreError ? .storeFailed : .copyFailed
        return BuildError(code, "\(error)", range: range, cause: nil)
    }
}

/// A path as a pattern that matches nothing but the path.
func escapedPattern(_ path: String) -> String {
    var escaped = ""
    for character in path {
        if "*?[\\".contains(character) { escaped.append("\\") }
        escaped.append(character)
    }
    return escaped
}
