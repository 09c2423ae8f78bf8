import BuildGraph
import ContentStore
import Dockerfile
import OCI
import SystemPackage

/// The keys of all operations of a graph by their definitions, known before anything runs.
struct DefinitionKeys: Sendable {
    /// How the keys of single operations are made.
    let operationKeys: OperationKeys
    private var definitions: [Digest] = []
    private var outsides: [[Digest]] = []
    private var ignoring: [Bool] = []
    private var selections: [Digest: Digest] = [:]
    private var items: [SourceIndex: [Selection.Item]] = [:]

    private struct SourceIndex: Hashable {
        var operation: OperationID
        var source: Int
    }

    /// The definition key of an operation.
    func definition(_ id: OperationID) -> Digest { definitions[id.rawValue] }

    /// The digests of an operation's sources or mounts, in their order.
    func outside(_ id: OperationID) -> [Digest] { outsides[id.rawValue] }

    /// The selection of files of a context that one of these digests stands for.
    func selection(_ outside: Digest) -> Digest? { selections[outside] }

    /// What a source of a copy selects in a context, if it had to be found out for its digest.
    func items(_ id: OperationID, source: Int) -> [Selection.Item]? {
        items[SourceIndex(operation: id, source: source)]
    }

    /// Whether the operation or one of its inputs is to be executed whatever the cache has.
    func ignoresCache(_ id: OperationID) -> Bool { ignoring[id.rawValue] }

    /// Computes the keys. Reads the files that are copied from contexts, as far as `contents` does not know them.
    ///
    /// Throws ``BuildError`` with the instruction whose source is missing.
    init(
        _ graph: BuildGraph, timestamps: BuildRequest.Timestamps, remotes: RemoteSources,
        contents: inout ContextDigests
    ) async throws {
        operationKeys = OperationKeys(timestamps: timestamps)
        for operation in graph.operations {
            var sources: [Digest] = []
            do {
                switch operation.kind {
                case .scratch, .image, .makeDirectory: break
                case .copy(let copy):
                    for (index, source) in copy.sources.enumerated() {
                        let place = SourceIndex(operation: operation.id, source: index)
                        sources.append(try await digest(source, at: place, of: copy, remotes, &contents))
                    }
                case .run(let run):
                    for mount in run.mounts { sources.append(try await digest(mount, &contents)) }
                }
            } catch var error as BuildError {
                error.range = error.range ?? operation.range
                throw error
            }
            outsides.append(sources)
            definitions.append(
                operationKeys.definitionKey(
                    operation, base: operation.base.map { definitions[$0.rawValue] }, sources: sources))
            ignoring.append(operation.ignoresCache || operation.inputs.contains { ignoring[$0.rawValue] })
        }
    }

    private mutating func digest(
        _ source: CopyOperation.Source, at place: SourceIndex, of copy: CopyOperation, _ remotes: RemoteSources,
        _ contents: inout ContextDigests
    ) async throws -> Digest {
        var hasher = KeyHasher("source/1")
        var selection: Digest?
        switch source.origin {
        case .context(let name):
            let excludes = try patterns(copy.excludes, source.range)
            var items: [Selection.Item]?
            selection = try await contents.digest(in: name, purpose: Self.purpose(of: source, copy)) { tree in
                let selected = try Selector(tree: tree, excludes: excludes, place: name.place).select(source)
                items = selected
                return Selection(items: selected).counted(for: copy, isCheckout: !tree.source.isFetched)
            }
            self.items[place] = items
        case .operation(let id):
            hasher.add(definitions[id.rawValue])
            hasher.add(source.path)
            hasher.add(optional: source.parentsPattern)
            hasher.add(copy.excludes)
        case .inline(let file):
            hasher.add(file.name)
            hasher.add(file.content)
        case .remoteFile, .git:
            if let digest = remotes.digest(of: source, excludes: copy.excludes) { hasher.add(digest) }
        }
        return finish(hasher, selection)
    }

    private mutating func finish(_ hasher: KeyHasher, _ selection: Digest?) -> Digest {
        var hasher = hasher
        if let selection { hasher.add(selection) }
        let digest = hasher.finish()
        selections[digest] = selection
        return digest
    }

    private mutating func digest(_ mount: RunMount, _ contents: inout ContextDigests) async throws -> Digest {
        var hasher = KeyHasher("mount/1")
        var selection: Digest?
        guard case .bind(let source, let path, _) = mount.kind else { return hasher.finish() }
        switch source {
        case .operation(let id): hasher.add(definitions[id.rawValue])
        case .context(let name):
            let whole = CopyOperation.Source(
                origin: source, path: escapedPattern(path), parentsPattern: nil, unpacks: false, range: nil)
            let excludes = try IgnorePatterns([])
            selection = try await contents.digest(in: name, purpose: Self.purpose(of: whole, nil)) { tree in
                Selection(items: try Selector(tree: tree, excludes: excludes, place: name.place).select(whole))
                    .counted(for: nil, isCheckout: !tree.source.isFetched)
            }
        case .inline, .remoteFile, .git: break
        }
        return finish(hasher, selection)
    }

    /// What stands for the way in which a source selects files, and for what counts of them.
    private static func purpose(of source: CopyOperation.Source, _ copy: CopyOperation?) -> Digest {
        var hasher = KeyHasher("selection of/1")
        hasher.add(source.path)
        hasher.add(optional: source.parentsPattern)
        hasher.add(source.unpacks)
        hasher.add(copy?.excludes ?? [])
        hasher.add(copy?.mode?.absoluteMode != nil)
        hasher.add(copy?.owner != nil)
        return hasher.finish()
    }

    private func patterns(_ texts: [String], _ range: SourceRange?) throws -> IgnorePatterns {
        do {
            return try IgnorePatterns(texts)
        } catch {
            throw BuildError(.invalidDockerfile, "invalid --exclude: \(error.message)", range: range)
        }
    }
}
