import BuildGraph
import Dockerfile
import OCI
import SystemPackage

extension BuildSession {
    /// How the image of a graph is built; nil where nobody asks.
    ///
    /// Throws ``BuildError`` where complete sources were asked for and files of this machine are used.
    mutating func provenance(of graph: BuildGraph) async throws -> ProvenanceRecord? {
        guard let settings = request.provenance else { return nil }
        var origins: [ContextOrigin] = []
        var locals: Set<String> = []
        let main = input.context?.origin
        if let main { origins.append(main) } else { locals.insert("dockerfile") }
        for name in graph.contextNames.keys {
            if let origin = try await contexts.directory(name).origin {
                if origin != main { origins.append(origin) }
            } else {
                locals.insert(name.text)
            }
        }
        let names = request.imageNames
        let sources = ProvenanceSources(
            graph: graph, remotes: remotes, origins: origins, locals: locals, names: names)
        if settings.needsCompleteMaterials, !sources.areComplete {
            throw BuildError(
                .invalidOption,
                "provenance materials are incomplete: \(sources.locals.joined(separator: ", ")) is of this machine",
                help: "build from the address of a repository, or leave out complete-materials")
        }
        return ProvenanceRecord(
            settings: settings, sources: sources,
            parameters: ProvenanceParameters(request, dockerfile: dockerfilePath, origin: main),
            steps: settings.mode == .max
                ? ProvenanceSteps(graph: graph, dockerfile: input.source, names: names) : nil,
            repository: settings.tellsRepository ? await repository(settings) : [:], run: run)
    }

    /// The Dockerfile's name, or its path in a context that is not of this machine.
    private var dockerfilePath: String {
        guard case .file(let path) = request.dockerfile, let name = path.lastComponent else { return input.source.name }
        return name.string
    }

    /// What docker buildx tells of the repository that the context is in, by BuildKit's keys.
    private func repository(_ settings: ProvenanceSettings) async -> [String: String] {
        guard case .directory(let path)? = request.context, let tree = GitWorkTree(containing: path) else { return [:] }
        var facts: [String: String] = [:]
        facts["revision"] = await tree.revision(marksChanges: settings.marksChanges)
        facts["source"] = await tree.remoteAddress()
        facts["localdir:context"] = await tree.path(of: path)
        if let file = input.path { facts["localdir:dockerfile"] = await tree.path(of: file.removingLastComponent()) }
        return facts
    }
}

extension BuildRequest {
    /// The contexts that images were given as.
    var imageNames: [ImageSource: String] {
        var names: [ImageSource: String] = [:]
        for (name, context) in namedContexts.sorted(by: { $0.key < $1.key }) {
            if case .image(let source) = context, names[source] == nil { names[source] = name }
        }
        return names
    }

    /// Whether an image has claims attached to it, which makes it an index.
    private func attaches(_ export: Export) -> Bool {
        if case .dockerArchive = export.kind { return false }
        return sbom != nil || provenance.map { !$0.isInlineOnly } ?? false
    }

    /// Whether an export leaves out attestations that were asked for.
    var losesAttestations: Bool {
        (provenance != nil || sbom != nil)
            && exports.contains { if case .dockerArchive = $0.kind { true } else { false } }
    }

    /// Throws ``BuildError`` for annotations that have no place in what is going to be made.
    func checkAnnotations() throws {
        for export in exports {
            switch export.kind {
            case .image, .ociLayout, .dockerArchive:
                try export.annotations.check(
                    platforms: targetPlatforms, hasIndex: isMultiPlatform || attaches(export))
            case .tar, .local: break
            }
        }
    }
}
