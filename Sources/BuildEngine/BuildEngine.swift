import Archive
import BuildGraph
public import ContentStore
import Dockerfile
import FileSystem
import LayerStore
import OCI
public import Registry
public import Sandbox
import SystemPackage

/// Builds images: from a request to a result in a store or a file.
///
/// The way of a build: `DockerfileLoader` reads the Dockerfile, `Planner` (module BuildGraph) makes it a graph with the
/// help of ``BaseImages``; contexts are walked and the keys of all operations computed; ``Solver`` brings the operations
/// to their results, as ``Schedule`` says; ``ImageAssembler`` and ``Exporter`` write what came of it.
///
/// A build is a value and a function: nothing outlives it but what is in the store. Everything that it writes before it is
/// done is in a leased directory which is removed at the end, by the launcher if this process is killed.
public struct BuildEngine: Sendable {
    private let store: ContentStore
    private let launcher: SandboxLauncher
    private let registry: RegistryClient

    /// An engine on a store that can be written to.
    public init(store: ContentStore, launcher: SandboxLauncher, registry: RegistryClient) {
        self.store = store
        self.launcher = launcher
        self.registry = registry
    }

    /// Builds what is asked for, telling `progress` of every step.
    ///
    /// Throws ``BuildError``, which names the line of the Dockerfile where there is one, and `CancellationError` when the
    /// task is cancelled; then no process of the build is left.
    @concurrent
    public func build(_ request: BuildRequest, progress: any ProgressSink) async throws -> BuildResult {
        let source = try DockerfileLoader.load(request)
        do {
            return try await build(request, source.file, dockerfilePath: source.path, Progress(sink: progress))
        } catch let error as DockerfileError {
            throw BuildError(error, in: source.file)
        } catch let error as BaseImageError {
            throw BuildError(error, in: source.file)
        } catch var error as BuildError {
            error.source = error.source ?? source.file
            throw error
        } catch let error as StoreError {
            throw BuildError(.storeFailed, "\(error)")
        } catch let error as LayerStoreError {
            throw BuildError(.storeFailed, "\(error)")
        } catch let error as FileSystemError {
            throw BuildError(.storeFailed, "\(error)")
        }
    }

    private func build(
        _ request: BuildRequest, _ source: SourceFile, dockerfilePath: FilePath?, _ progress: Progress
    ) async throws -> BuildResult {
        let dockerfile = try Dockerfile(parsing: source)
        let images = BaseImages(store: store, registry: registry)
        var options = request.plan
        options.namedContexts = request.namedContexts.mapValues(\.plan)
        let planner = Planner(dockerfile: dockerfile, options: options, resolver: images)
        let graph = try await progress.step("[internal] load metadata of base images") { try await planner.plan() }
        for argument in graph.unusedBuildArguments {
            progress.warn("UnusedBuildArgument", "build argument \(argument) was given but no stage declares it")
        }

        var contexts = BuildContexts(request, dockerfile: dockerfilePath)
        let trees = try await progress.step("[internal] load build context") {
            try graph.contextNames.reduce(into: [:]) { trees, name in trees[name] = try contexts.tree(name) }
        }
        let main = try request.context.map { _ in try contexts.tree(.main) }
        let epoch = await Epoch.find(
            given: graph.sourceDateEpoch ?? request.sourceDateEpoch, context: main, graph: graph)
        var contents = ContextDigests(store: store, contexts: trees)
        let keys = try await DefinitionKeys(graph, contexts: trees, contents: &contents)
        try contents.save()

        let lease = try store.lease()
        try launcher.cleanUpOnExit(lease.directory)
        let layerStore = LayerStore(store: store)
        let provider = LayerProvider(store: store, layers: layerStore)
        let steps = progress.plan(graph, keys)
        for operation in graph.operations {
            guard case .image(_, let image) = operation.kind else { continue }
            for (diffID, descriptor) in zip(image.configuration.diffIDs, image.manifest.layers) {
                await provider.register(diffID: diffID, descriptor: descriptor) { layer in
                    try await images.fetch(layer, of: image) { current in
                        steps.transfer(
                            operation.id, name: layer.digest.short, current: current, total: layer.size,
                            finished: current == layer.size)
                    }
                }
            }
        }
        let solver = Solver(
            graph: graph, request: request, store: store, layerStore: layerStore, provider: provider,
            launcher: launcher, lease: lease, epoch: epoch, contexts: trees, keys: keys,
            compression: request.exports.lazy.compactMap(\.imageCompression).first, steps: steps)
        let layers = try await solver.solve()
        try layerStore.synchronize()
        let assembler = ImageAssembler(
            graph: graph, layers: layers, epoch: epoch.time, store: store, layerStore: layerStore, provider: provider)
        let result = try await export(request, assembler, layerStore, provider, progress)
        try launcher.keepOnExit(lease.directory)
        try lease.end()
        return result
    }

    private func export(
        _ request: BuildRequest, _ assembler: ImageAssembler, _ layerStore: LayerStore, _ provider: LayerProvider,
        _ progress: Progress
    ) async throws -> BuildResult {
        let exporter = Exporter(
            assembler: assembler, tags: request.tags, store: store, layerStore: layerStore, provider: provider)
        var image: (image: Descriptor, configuration: Digest)?
        for export in request.exports {
            let made = try await progress.step("exporting to \(export.kind.summary)") {
                try await exporter.export(export)
            }
            image = image ?? made
        }
        return BuildResult(
            image: image?.image, configurationDigest: image?.configuration, names: request.tags)
    }
}

extension BuildRequest.NamedContext {
    fileprivate var plan: PlanOptions.NamedContext {
        switch self {
        case .directory: .directory
        case .image(let source): .image(source)
        }
    }
}

extension BuildGraph {
    /// The contexts that any operation takes files from.
    fileprivate var contextNames: Set<ContextName> {
        var names: Set<ContextName> = []
        for operation in operations {
            let sources: [FileOrigin] =
                switch operation.kind {
                case .copy(let copy): copy.sources.map(\.origin)
                case .run(let run): run.mounts.compactMap(\.source)
                case .scratch, .image, .makeDirectory: []
                }
            for case .context(let name) in sources { names.insert(name) }
        }
        return names
    }
}

extension Export {
    /// How layers are compressed, if the export has layers at all.
    fileprivate var imageCompression: Compression? {
        switch kind {
        case .image, .ociLayout, .dockerArchive: compression
        case .tar, .local: nil
        }
    }
}

extension Export.Kind {
    /// As progress names it.
    fileprivate var summary: String {
        switch self {
        case .image: "image"
        case .ociLayout: "oci image format"
        case .dockerArchive: "docker image format"
        case .tar: "tar"
        case .local: "local directory"
        }
    }
}
