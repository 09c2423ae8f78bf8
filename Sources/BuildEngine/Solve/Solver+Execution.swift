import Archive
import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// What each kind of operation does.
extension Solver {
    /// How the layer of an operation is made: with a blob if it is part of the result, unpacked if anything looks at it.
    private func form(of operation: Operation) -> (compression: Compression?, unpacks: Bool) {
        let compression = uses.isPartOfResult(operation.id) ? compression : nil
        return (compression, uses.isInput(operation.id) || compression == nil)
    }

    private var clamp: Timestamp? { request.timestamps == .clamp ? epoch.time : nil }

    func makeDirectory(
        _ directory: MakeDirectoryOperation, _ operation: Operation, over base: Layers
    ) async throws -> CommittedLayer {
        try await provider.unpack(base)
        let view = try LayerView(layers: base, store: layerStore)
        var owner: LayerDraft.Owner?
        if !directory.owner.isEmpty {
            let user = try UserDatabase(of: view).owner(directory.owner)
            owner = LayerDraft.Owner(uid: user.uid, gid: user.gid)
        }
        var draft = LayerDraft(over: LayerTree(view: view), epoch: epoch.time)
        try draft.makeDirectories(try draft.resolve(FilePath(directory.path)), owner: owner)
        let (compression, unpacks) = form(of: operation)
        return try await layerStore.commit(
            entries: draft.entries, epoch: clamp, compression: compression, unpack: unpacks)
    }

    func copy(
        _ copy: CopyOperation, _ operation: Operation, over base: Layers, _ selections: [Selection?],
        _ scratch: FilePath
    ) async throws -> CommittedLayer {
        let needsBase = !copy.isLinked || (copy.owner.map { !isNumeric($0) } ?? false)
        if needsBase { try await provider.unpack(base) }
        let view = try LayerView(layers: needsBase ? base : [], store: layerStore)
        var owner: LayerDraft.Owner?
        if let text = copy.owner {
            let user = try self.owner(text, in: UserDatabase(of: view), at: copy.ownerRange)
            owner = LayerDraft.Owner(uid: user.uid, gid: user.gid)
        }
        // Nothing need be looked up, file by file, where there is nothing.
        let below: any SourceTree = copy.isLinked || base.isEmpty ? EmptyTree() : LayerTree(view: view)
        var writer = CopyWriter(
            draft: LayerDraft(over: below, epoch: epoch.time), destination: copy.destination, owner: owner,
            mode: copy.mode, spool: try ArchiveSpool(directory: scratch, limits: layerStore.store.limits))
        for (index, source) in copy.sources.enumerated() {
            let items =
                if let selection = selections[index] {
                    selection.items
                } else if let known = keys.items(operation.id, source: index) {
                    known
                } else {
                    try await outsideItems(source, copy.excludes, scratch)
                }
            for item in items { try writer.write(item) }
        }
        let (compression, unpacks) = form(of: operation)
        return try await layerStore.commit(
            entries: writer.draft.entries, epoch: clamp, compression: compression, unpack: unpacks)
    }

    private func owner(_ text: String, in users: UserDatabase, at range: SourceRange?) throws -> ImageUser {
        do {
            return try users.owner(text)
        } catch {
            let name = String(text.prefix { $0 != ":" })
            let near = Suggestion.closest(to: name, among: users.users.map(\.name))
            throw BuildError(
                .copyFailed, "\(error)", range: range,
                help: near.map { "did you mean \($0)?" } ?? "give numbers, or create it in an earlier RUN")
        }
    }

    private func isNumeric(_ owner: String) -> Bool { owner.allSatisfy { $0.isNumber || $0 == ":" } }

    /// What a source from outside the graph selects.
    private func outsideItems(
        _ source: CopyOperation.Source, _ excludes: [String], _ scratch: FilePath
    ) async throws -> [Selection.Item] {
        switch source.origin {
        case .context(let name):
            guard let tree = contexts[name] else { return [] }
            return try Selector(tree: tree, excludes: try IgnorePatterns(excludes), place: name.place).select(source)
        case .inline(let file):
            let path = FilePath("inline-\(source.range?.start.offset ?? 0)")
            try AtomicFile.write(file.content, to: scratch.pushing(path))
            let status = FileStatus(
                kind: .regular, mode: file.mode, uid: 0, gid: 0, size: UInt64(file.content.count), mtime: epoch.time)
            let node = SourceNode(
                status: status, linkTarget: nil,
                location: FileLocation(directory: try DirectoryHandle(scratch), path: path))
            return [
                Selection.Item(
                    name: FilePath.Component(file.name), root: node, entries: [], unpacks: false, range: source.range,
                    path: FilePath(file.name))
            ]
        case .remoteFile, .git:
            return try await remotes.items(of: source, excludes: excludes, scratch: scratch)
        case .operation:
            return []
        }
    }

    func run(
        _ run: RunOperation, _ operation: Operation, over base: Layers, _ scratch: FilePath,
        _ results: [OperationID: Layers]
    ) async throws -> CommittedLayer {
        try await provider.unpack(base)
        let preparation = MountPreparation(
            request: request, layerStore: layerStore,
            caches: CacheMounts(
                store: store, scratch: scratch, isAlwaysExclusive: launcher.isolation != .namespaces),
            scratch: scratch, stack: { try await stack($0, $1, results) },
            seed: { try await seed($0, $1, into: $2, results) })
        let prepared = try await preparation.prepare(run)
        let executor = RunExecutor(
            launcher: launcher, layerStore: layerStore, scratch: scratch, mountPoints: mountPoints,
            support: rootSupport, epoch: clamp, controlGroups: controlGroups, timeout: request.stepTimeout,
            keeper: keeper?.of(operation), privateNetwork: request.privateNetwork, runtime: request.runtime)
        let steps = self.steps
        let layer = try await executor.execute(run, over: base, prepared: prepared) { stream, bytes in
            steps.output(operation.id, stream, bytes)
        }
        withExtendedLifetime((prepared.caches, prepared.agents)) {}
        return layer
    }

    /// The unpacked layers that hold what is mounted.
    private func stack(
        _ source: FileOrigin, _ path: String, _ results: [OperationID: Layers]
    ) async throws -> Layers {
        switch source {
        case .operation(let id):
            let layers = results[id] ?? []
            try await provider.unpack(layers)
            return layers
        case .context(let name):
            guard let tree = contexts[name] else { return [] }
            return [try await contextLayer(tree, path).diffID]
        case .inline, .remoteFile, .git: return []
        }
    }

    /// A layer with a part of a context, so that a step sees it with the owners and without the files that a `COPY` would
    /// give it or leave out.
    private func contextLayer(_ tree: ContextTree, _ path: String) async throws -> CommittedLayer {
        let source = CopyOperation.Source(
            origin: .context(.main), path: escapedPattern(path), parentsPattern: nil, unpacks: false, range: nil)
        let items = try Selector(
            tree: tree, excludes: try IgnorePatterns([]), place: "in the source of the mount"
        ).select(source)
        var writer = CopyWriter(
            draft: LayerDraft(over: EmptyTree(), epoch: epoch.time), destination: path, owner: nil, mode: nil,
            spool: try ArchiveSpool(directory: lease.directory, limits: layerStore.store.limits))
        for item in items { try writer.write(item) }
        return try await layerStore.commit(
            entries: writer.draft.entries, epoch: nil, compression: nil, unpack: true)
    }

    /// Fills a new cache directory from a stage, an image or a context.
    private func seed(
        _ source: FileOrigin, _ path: String, into directory: FilePath, _ results: [OperationID: Layers]
    ) async throws {
        let layers = try await stack(source, path, results)
        let tree = LayerTree(view: try LayerView(layers: layers, store: layerStore))
        let pattern = CopyOperation.Source(
            origin: source, path: escapedPattern(path), parentsPattern: nil, unpacks: false, range: nil)
        var writer = CopyWriter(
            draft: LayerDraft(over: EmptyTree(), epoch: epoch.time), destination: "/", owner: nil, mode: nil,
            spool: try ArchiveSpool(directory: lease.directory, limits: layerStore.store.limits))
        let selector = Selector(tree: tree, excludes: try IgnorePatterns([]), place: graph.place(of: source))
        for item in try selector.select(pattern) {
            try writer.write(item)
        }
        try LayerStore.write(writer.draft.entries, below: try DirectoryHandle(directory))
    }
}
