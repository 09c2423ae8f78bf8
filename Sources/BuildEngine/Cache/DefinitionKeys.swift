import BuildGraph
import ContentStore
import Dockerfile
import OCI
import SystemPackage

/// The keys of all operations of a graph by their definitions, known before anything runs.
struct DefinitionKeys: Sendable {
    private var definitions: [Digest] = []
    private var outsides: [[Digest]] = []
    private var ignoring: [Bool] = []
    private var selections: [SourceIndex: [Selection.Item]] = [:]

    private struct SourceIndex: Hashable {
        var operation: OperationID
        var source: Int
    }

    /// The definition key of an operation.
    func definition(_ id: OperationID) -> Digest { definitions[id.rawValue] }

    /// The digests of an operation's sources or mounts, in their order.
    func outside(_ id: OperationID) -> [Digest] { outsides[id.rawValue] }

    /// What a source of a copy selects in a context, if it had to be found out for its digest.
    func selection(_ id: OperationID, source: Int) -> [Selection.Item]? {
        selections[SourceIndex(operation: id, source: source)]
    }

    /// Whether the operation or one of its inputs is to be executed whatever the cache has.
    func ignoresCache(_ id: OperationID) -> Bool { ignoring[id.rawValue] }

    /// Computes the keys. Reads the files that are copied from contexts, as far as `contents` does not know them.
    ///
    /// Throws ``BuildError`` with the instruction whose source is missing.
    init(_ graph: BuildGraph, remotes: RemoteSources, contents: inout ContextDigests) async throws {
        for operation in graph.operations {
            var sources: [Digest] = []
            do {
                switch operation.kind {
                case .scratch, .image, .makeDirectory: break
                case .copy(let copy):
                    for (index, source) in copy.sources.enumerated() {
                        let (digest, items) = try await digest(source, copy.excludes, remotes, &contents)
                        sources.append(digest)
                        if let items { selections[SourceIndex(operation: operation.id, source: index)] = items }
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
                OperationKeys.definitionKey(
                    operation, base: operation.base.map { definitions[$0.rawValue] }, sources: sources))
            ignoring.append(operation.ignoresCache || operation.inputs.contains { ignoring[$0.rawValue] })
        }
    }

    private func digest(
        _ source: CopyOperation.Source, _ excludes: [String], _ remotes: RemoteSources, _ contents: inout ContextDigests
    ) async throws -> (digest: Digest, items: [Selection.Item]?) {
        var hasher = KeyHasher("source/1")
        var selection: [Selection.Item]?
        switch source.origin {
        case .context(let name):
            let patterns = try patterns(excludes, source.range)
            let purpose = Self.purpose(of: source, excludes)
            let (digest, items) = try await contents.digest(in: name, purpose: purpose) { tree in
                try Selector(tree: tree, excludes: patterns, place: name.place).select(source)
            }
            hasher.add(digest)
            selection = items
        case .operation(let id):
            hasher.add(definitions[id.rawValue])
            hasher.add(source.path)
            hasher.add(optional: source.parentsPattern)
            hasher.add(excludes)
        case .inline(let file):
            hasher.add(file.name)
            hasher.add(file.content)
        case .remoteFile, .git:
            if let digest = remotes.digest(of: source, excludes: excludes) { hasher.add(digest) }
        }
        return (hasher.finish(), selection)
    }

    private func digest(_ mount: RunMount, _ contents: inout ContextDigests) async throws -> Digest {
        var hasher = KeyHasher("mount/1")
        guard case .bind(let source, let path, _) = mount.kind else { return hasher.finish() }
        switch source {
        case .operation(let id): hasher.add(definitions[id.rawValue])
        case .context(let name):
            let whole = CopyOperation.Source(
                origin: source, path: escapedPattern(path), parentsPattern: nil, unpacks: false, range: nil)
            let patterns = try IgnorePatterns([])
            let (digest, _) = try await contents.digest(in: name, purpose: Self.purpose(of: whole, [])) { tree in
                try Selector(tree: tree, excludes: patterns, place: name.place).select(whole)
            }
            hasher.add(digest)
        case .inline, .remoteFile, .git: break
        }
        return hasher.finish()
    }

    /// What stands for the way in which a source selects files.
    private static func purpose(of source: CopyOperation.Source, _ excludes: [String]) -> Digest {
        var hasher = KeyHasher("selection of/1")
        hasher.add(source.path)
        hasher.add(optional: source.parentsPattern)
        hasher.add(source.unpacks)
        hasher.add(excludes)
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
