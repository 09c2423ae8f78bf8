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
        // A launcher that cannot be told is lost, which the first step finds out.
        let launcher = self.launcher
        store.guardTemporaryDirectories { try? launcher.cleanUpOnExit($0) }
        let lease = try store.lease()
        return try await KeyAgent.serve(request.agentKeys, in: lease.directory) { agents in
            var request = request
            request.agents.merge(agents) { $1 }
            return try await build(request, dockerfile, dockerfilePath: dockerfilePath, lease, progress)
        }
    }

    private func build(
        _ request: BuildRequest, _ dockerfile: Dockerfile, dockerfilePath: FilePath?, _ lease: Lease,
        _ progress: Progress
    ) async throws -> BuildResult {
        let layerStore = LayerStore(store: store)
        var session = BuildSession(
            request: request, dockerfile: dockerfile, store: store, layerStore: layerStore,
            provider: LayerProvider(store: store, layers: layerStore),
            images: BaseImages(store: store, registry: registry), launcher: launcher, lease: lease, progress: progress,
            contexts: BuildContexts(request, dockerfile: dockerfilePath),
            controlGroups: controlGroups(request, progress))
        var assemblers: [ImageAssembler] = []
        for platform in request.platforms.isEmpty ? [request.plan.targetPlatform] : request.platforms {
            assemblers.append(try await session.build(for: platform))
        }
        try layerStore.synchronize()
        let exporter = Exporter(
            assemblers: assemblers, tags: request.tags, store: store, layerStore: layerStore,
            provider: session.provider)
        var image: Exporter.Result?
        for export in request.exports {
            let made = try await progress.step("exporting to \(export.kind.summary)") {
                try await exporter.export(export)
            }
            image = image ?? made
        }
        try lease.end()
        return BuildResult(image: image?.image, configurationDigest: image?.configuration, names: request.tags)
    }
}

extension BuildEngine {
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
