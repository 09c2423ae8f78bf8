import Archive
import BuildGraph
public import ContentStore
import Dockerfile
import FileSystem
import LayerStore
import OCI
public import Registry
public import Remote
public import Sandbox
import SystemPackage

/// Builds images: from a request to a result in a store or a file.
///
/// The way of a build: ``ContextFetcher`` brings the context to this machine if it is not here, ``LoadedDockerfile`` reads
/// the Dockerfile, `Planner` (module BuildGraph) makes it a graph with the help of ``BaseImages``; ``RemoteSources`` asks
/// what its addresses stand for, contexts are walked and the keys of all operations computed; ``Solver`` brings the
/// operations to their results, as ``Schedule`` says; ``ImageAssembler`` and ``Exporter`` write what came of it.
/// Questions that build nothing are answered by ``DockerfileInquiry``.
///
/// A build is a value and a function: nothing outlives it but what is in the store. Everything that it writes before it is
/// done is in a leased directory which is removed at the end, by the launcher if this process is killed.
public struct BuildEngine: Sendable {
    private let store: ContentStore
    private let launcher: SandboxLauncher
    private let registry: RegistryClient
    private let remote: RemoteClient

    /// An engine on a store that can be written to. `remote` brings what `ADD` takes from addresses into the same store.
    public init(store: ContentStore, launcher: SandboxLauncher, registry: RegistryClient, remote: RemoteClient) {
        self.store = store
        self.remote = remote
        self.launcher = launcher
        self.registry = registry
    }

    /// Builds what is asked for, telling `progress` of every step.
    ///
    /// Throws ``BuildError``, which names the line of the Dockerfile where there is one, and `CancellationError` when the
    /// task is cancelled; then no process of the build is left.
    @concurrent
    public func build(_ request: BuildRequest, progress: any ProgressSink) async throws -> BuildResult {
        // A launcher that cannot be told is lost, which the first step finds out.
        let launcher = self.launcher
        store.guardTemporaryDirectories { try? launcher.cleanUpOnExit($0) }
        let recorder = BuildRecorder(progress)
        let progress = Progress(sink: recorder)
        var source: SourceFile?
        var history: BuildHistory?
        do {
            let lease = try store.lease()
            let result = try await KeyAgent.serve(request.agentKeys, in: lease.directory) { agents in
                var request = request
                request.agents.merge(agents) { $1 }
                let fetcher = ContextFetcher(
                    store: store, remote: remote, credentials: RemoteCredentials(request), lease: lease,
                    progress: progress, rules: SourceRules(policies: request.sourcePolicies))
                let input = try await LoadedDockerfile.load(request) { try await fetcher.fetch($0, named: .main) }
                source = input.source
                let begun = BuildHistory(store: store, dockerfile: input.place(in: request))
                history = begun
                recorder.keep(in: log(of: begun, request, recorder, progress))
                return try await build(request, input, fetcher, begun)
            }
            history?.save(request, recorder, .done, images: result.digests, warning: progress)
            recorder.endLog()
            return result
        } catch {
            let outcome: BuildReport.Outcome = error is CancellationError || Task.isCancelled ? .canceled : .failed
            history?.save(request, recorder, outcome, warning: progress)
            recorder.endLog()
            let described = BuildError.describing(error, in: source)
            guard var described = described as? BuildError else { throw described }
            described.build = history?.number
            described.isStepKept = described.build.map { KeptStep.exists(for: $0, in: store) } ?? false
            throw described
        }
    }

    private func build(
        _ request: BuildRequest, _ input: LoadedDockerfile, _ fetcher: ContextFetcher, _ history: BuildHistory
    ) async throws -> BuildResult {
        let lockFile = try LockFile(request, input)
        var fetcher = fetcher
        let rules = try lockFile.rules(request.sourcePolicies)
        fetcher.rules = rules
        let (lease, progress) = (fetcher.lease, fetcher.progress)
        let dockerfile: Dockerfile
        do {
            dockerfile = try Dockerfile(parsing: input.source)
        } catch {
            for finding in request.plan.findings(before: error) { progress.warn(finding) }
            throw error
        }
        let layerStore = LayerStore(store: store)
        let provider = LayerProvider(store: store, layers: layerStore)
        let images = BaseImages(
            store: store, registry: registry, asksRegistry: request.pullsBases, rules: rules,
            names: request.imageNames)
        // A cache is no source: what is taken from it is checked, whoever made it.
        let cacheImages = BaseImages(store: store, registry: registry)
        let imports = CacheImports(
            request.cacheSources, loader: CacheLoader(request: request, store: store, images: cacheImages),
            layers: layerStore, provider: provider, progress: progress)
        var session = BuildSession(
            request: request, dockerfile: dockerfile, store: store, layerStore: layerStore,
            provider: provider, images: images, imports: imports, launcher: launcher, lease: lease, progress: progress,
            history: history,
            contexts: BuildContexts(request, fetcher: fetcher, main: input.context, dockerfile: input.path),
            remotes: RemoteSources(
                client: remote, credentials: fetcher.credentials, store: store, progress: progress, rules: rules),
            controlGroups: controlGroups(request, progress),
            keeper: request.keepsFailedStep
                ? FailedStepKeeper(store: store, history: history, warn: { progress.warn("StepNotKept", $0) }) : nil,
            ignorePatterns: try input.ignorePatterns(), input: input)
        try request.checkAnnotations()
        if request.losesAttestations {
            progress.warn(
                "AttestationNotExported", "a docker archive holds no attestations: use type=oci to keep them")
        }
        for stage in request.plan.noCache.unknownStages(in: session.dockerfile) {
            progress.warn("UnknownStage", "--no-cache-filter: there is no stage \(stage)")
        }
        var assemblers: [ImageAssembler] = []
        for platform in request.targetPlatforms {
            assemblers.append(try await session.build(for: platform))
        }
        for name in try lockFile.finish(rules.usedSources) {
            progress.warn("StaleLockEntry", "\(lockFile.name) names \(name), which this build does not use")
        }
        try layerStore.synchronize()
        let collector = CacheCollector(store: store, provider: provider, imports: imports)
        for index in assemblers.indices where request.cacheTargets.contains(.inline) {
            assemblers[index].carryCache(try await collector.result(of: assemblers[index]))
        }
        if let sbom = request.sbom {
            for index in assemblers.indices {
                try await assemblers[index].listPackages(sbom, name: request.tags.first, progress)
            }
        }
        let pusher = ImagePusher(registry: registry, store: store, provider: provider, progress: progress)
        let exporter = Exporter(
            assemblers: assemblers, isMultiPlatform: request.isMultiPlatform, tags: request.tags, store: store,
            layerStore: layerStore, provider: provider, pusher: pusher, finished: .now)
        var image: Exporter.Result?
        for export in request.exports {
            let made = try await progress.step("exporting to \(export.kind.summary)") {
                try await exporter.export(export)
            }
            image = image ?? made
        }
        let cacheExporter = CacheExporter(
            assemblers: assemblers, collector: collector, store: store, layerStore: layerStore, provider: provider,
            pusher: pusher)
        try await cacheExporter.export(to: request.cacheTargets, compression: request.imageCompression, progress)
        try lease.end()
        keepHouse(request, progress)
        return BuildResult(image: image?.image, configurationDigest: image?.configuration, names: request.tags)
    }
}

extension BuildEngine {
    /// What keeps the logs of a build, from the first step on that is executed.
    private func log(
        of history: BuildHistory, _ request: BuildRequest, _ recorder: BuildRecorder, _ progress: Progress
    ) -> BuildLog {
        BuildLog { [unowned recorder] in
            try history.begin(request, recorder)
        } warn: { message in
            progress.warn("LogNotKept", message)
        }
    }

    /// Removes what the store need not keep. The build is done by then, so that nothing here makes it fail.
    private func keepHouse(_ request: BuildRequest, _ progress: Progress) {
        guard let policy = request.housekeeping else { return }
        do {
            guard let report = try store.keepHouse(policy), !report.isEmpty else { return }
            progress.note("removed \(report.size >> 20) MiB of build cache that was not used lately")
        } catch {
            progress.warn("StoreNotTidied", "cannot remove old build cache: \(error)")
        }
    }

    /// What holds steps to the limits that are asked for. What cannot be enforced is a warning.
    private func controlGroups(_ request: BuildRequest, _ progress: Progress) -> ControlGroups? {
        if request.controls.isEmpty { return nil }
        let groups = ControlGroups(enforcing: request.controls)
        if let note = groups.note { progress.warn("LimitNotEnforced", note) }
        return groups
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
