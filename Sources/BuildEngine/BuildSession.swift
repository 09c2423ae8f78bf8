import Archive
import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import LayerStore
import OCI
import Remote
import Sandbox

/// What the platforms of one build have in common, and the way from the Dockerfile to the layers of one of them.
struct BuildSession {
    let request: BuildRequest
    let dockerfile: Dockerfile
    let store: ContentStore
    let layerStore: LayerStore
    let provider: LayerProvider
    let images: BaseImages
    /// What `--cache-from` names.
    let imports: CacheImports
    let launcher: SandboxLauncher
    let lease: Lease
    let progress: Progress
    let history: BuildHistory
    var contexts: BuildContexts
    var remotes: RemoteSources
    /// What limits the processes of steps, if anything does.
    let controlGroups: ControlGroups?
    /// Keeps the step that fails; nil where nobody asked for it.
    let keeper: FailedStepKeeper?
    /// What the main context leaves out; nil where there is none.
    let ignorePatterns: IgnorePatterns?
    /// For provenance: the Dockerfile as it was found, and the build as an event.
    let input: LoadedDockerfile
    let run = ProvenanceRecord.Run()

    /// Plans and solves the graph for a platform. What comes of it is assembled and exported by the caller.
    mutating func build(for platform: Platform) async throws -> ImageAssembler {
        var options = request.planOptions(for: platform, ignoring: ignorePatterns)
        var planner = Planner(dockerfile: dockerfile, options: options, resolver: images)
        options.sourceDateEpoch = try await seconds(of: try planner.epochSource())
        planner = Planner(dockerfile: dockerfile, options: options, resolver: images)
        let graph = try await progress.step("[internal] load metadata of base images") {
            let report = await planner.report(allStages: false)
            for finding in report.findings { progress.warn(finding) }
            return try report.result.get().graph
        }
        for argument in graph.unusedBuildArguments {
            progress.warn("UnusedBuildArgument", "build argument \(argument) was given but no stage declares it")
        }
        try await remotes.resolve(graph)
        let trees = try await walk(graph)
        let main = request.context == nil ? nil : try await contexts.tree(.main)
        let epoch = await Epoch.find(
            given: graph.sourceDateEpoch ?? request.sourceDateEpoch, context: main, graph: graph)
        var contents = ContextDigests(store: store, contexts: trees)
        let keys = try await DefinitionKeys(
            graph, timestamps: request.timestamps, remotes: remotes, contents: &contents)
        try contents.save()
        let provenance = try await provenance(of: graph)
        let steps = progress.plan(graph, keys)
        await register(graph, steps)
        let explainer = Explainer(
            graph: graph, keys: keys, contexts: trees, remotes: remotes, history: history, epoch: epoch,
            noCache: options.noCache, files: contents.files)
        let solver = Solver(
            graph: graph, uses: LayerUses(graph), request: request, store: store, layerStore: layerStore,
            provider: provider,
            launcher: launcher, lease: lease, mountPoints: MountPointDirectories(lease: lease),
            rootSupport: RunRoot.Support(program: launcher.canOwnFiles ? request.overlayProgram : nil), epoch: epoch,
            contexts: trees, remotes: remotes, keys: keys,
            imports: imports, compression: request.imageCompression, steps: steps, explainer: explainer,
            controlGroups: controlGroups, keeper: keeper)
        return ImageAssembler(
            graph: graph, keys: keys, layers: try await solver.solve(), epoch: epoch.time, store: store,
            layerStore: layerStore,
            provider: provider, provenance: provenance)
    }

    /// The time that `SOURCE_DATE_EPOCH` comes to; nil for none.
    private mutating func seconds(of source: EpochSource?) async throws -> Int64? {
        switch source {
        case .seconds(let seconds): return seconds
        case .remote(let origin, let range):
            return try await remotes.time(of: origin, at: range, scratch: lease.temporaryPath())?.seconds
        // A directory of this machine has no time but those of its files, which the epoch is found from anyhow.
        case .context(let name): return try await contexts.directory(name).time?.seconds
        case nil: return nil
        }
    }

    private mutating func walk(_ graph: BuildGraph) async throws -> [ContextName: ContextTree] {
        var contexts = self.contexts
        defer { self.contexts = contexts }
        return try await progress.step("[internal] load build context") {
            var trees: [ContextName: ContextTree] = [:]
            for (name, range) in graph.contextNames {
                trees[name] = try await locating(range) { try await contexts.tree(name) }
            }
            return trees
        }
    }

    /// Makes known where the layers of the base images can be had, should anybody want them.
    private func register(_ graph: BuildGraph, _ steps: StepReporter) async {
        let images = self.images
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
    }
}

extension BuildGraph {
    /// The contexts that any operation takes files from, each with the first place that names it.
    var contextNames: [ContextName: SourceRange?] {
        var names: [ContextName: SourceRange?] = [:]
        for operation in operations {
            switch operation.kind {
            case .copy(let copy):
                for source in copy.sources {
                    if case .context(let name) = source.origin, names[name] == nil { names[name] = source.range }
                }
            case .run(let run):
                for case .context(let name)? in run.mounts.map(\.source) where names[name] == nil {
                    names[name] = operation.range
                }
            case .scratch, .image, .makeDirectory: break
            }
        }
        return names
    }
}

/// Carries out `body`, and gives its error a place in the Dockerfile where it has none.
private func locating<Result>(_ range: SourceRange?, _ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch var error as BuildError {
        error.range = error.range ?? range
        throw error
    }
}
