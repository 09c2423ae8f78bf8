import BuildGraph
public import ContentStore
public import Dockerfile
import OCI
public import Registry
public import Remote
import SystemPackage

/// Answers questions about a Dockerfile without building anything.
///
/// Stages are planned as for a build, which needs the configurations of base images; their layers are left alone, and the
/// store is not even opened where no image is asked for. With several platforms, the first one counts.
public struct DockerfileInquiry: Sendable {
    private let openStore: @Sendable () throws -> ContentStore
    private let openRemote: @Sendable (ContentStore) throws -> RemoteClient
    private let registry: RegistryClient
    private let progress: any ProgressSink

    /// An inquiry that opens the store when it needs the first image, or a context that is no directory; then it also needs
    /// who fetches that.
    public init(
        registry: RegistryClient, progress: any ProgressSink, openStore: @escaping @Sendable () throws -> ContentStore,
        openRemote: @escaping @Sendable (ContentStore) throws -> RemoteClient
    ) {
        self.registry = registry
        self.progress = progress
        self.openStore = openStore
        self.openRemote = openRemote
    }

    /// What the build checks find: in the stage that `--target` names and what it needs, else in all stages.
    ///
    /// Throws ``BuildError`` where there is no Dockerfile to check, and `CancellationError`. What is wrong in the
    /// Dockerfile is part of the report.
    @concurrent
    public func check(_ request: BuildRequest) async throws -> CheckReport {
        try await withDockerfile(request) { try await check(request, $0) }
    }

    private func check(_ request: BuildRequest, _ input: LoadedDockerfile) async throws -> CheckReport {
        let source = input.source
        do {
            let planner = try planner(request, input)
            let report = await planner.report(allStages: request.plan.target == nil)
            do {
                _ = try report.result.get()
                return CheckReport(source: source, findings: report.findings)
            } catch {
                return try Self.report(failing: error, source, report.findings)
            }
        } catch {
            let findings = (error as? DockerfileError).map { request.plan.findings(before: $0) }
            return try Self.report(failing: error, source, findings ?? [])
        }
    }

    private static func report(
        failing error: any Error, _ source: SourceFile, _ findings: [Diagnostic]
    ) throws -> CheckReport {
        guard let failure = BuildError.describing(error, in: source) as? BuildError else { throw error }
        return CheckReport(source: source, findings: findings, failure: failure)
    }

    /// What a build of the target can be given.
    ///
    /// Throws ``BuildError`` for what a build would fail on before its first step, and `CancellationError`.
    @concurrent
    public func outline(_ request: BuildRequest) async throws -> OutlineReport {
        try await withDockerfile(request) { input in
            do {
                let report = await (try planner(request, input)).report(allStages: false)
                return OutlineReport(source: input.source, outline: try report.result.get().outline)
            } catch {
                throw BuildError.describing(error, in: input.source)
            }
        }
    }

    /// The Dockerfile itself. Nothing but its text is looked at.
    ///
    /// Throws ``BuildError`` where there is no Dockerfile or it is wrong.
    @concurrent
    public func dockerfile(_ request: BuildRequest) async throws -> Dockerfile {
        try await withDockerfile(request) { input in
            do {
                return try Dockerfile(parsing: input.source)
            } catch {
                throw BuildError.describing(error, in: input.source)
            }
        }
    }

    /// Lends the Dockerfile with its context, which is there as long as `body` runs.
    private func withDockerfile<Result>(
        _ request: BuildRequest, _ body: (LoadedDockerfile) async throws -> Result
    ) async throws -> Result {
        switch request.context {
        case nil: return try await body(try await LoadedDockerfile.load(request) { _ in ContextDirectory(path: "") })
        case .directory(let path)?:
            return try await body(try await LoadedDockerfile.load(request) { _ in ContextDirectory(path: path) })
        case .archive, .stream, .git, .web: break
        }
        let store = try openStore()
        let remote = try openRemote(store)
        do {
            let lease = try store.lease()
            let fetcher = ContextFetcher(
                store: store, remote: remote, credentials: RemoteCredentials(request), lease: lease,
                progress: Progress(sink: progress))
            let result = try await body(
                try await LoadedDockerfile.load(request) { try await fetcher.fetch($0, named: .main) })
            try lease.end()
            await remote.shutdown()
            return result
        } catch {
            await remote.shutdown()
            throw error
        }
    }

    private func planner(_ request: BuildRequest, _ input: LoadedDockerfile) throws -> Planner {
        var options = request.planOptions(for: request.targetPlatforms[0], ignoring: try input.ignorePatterns())
        // Nothing runs, so nothing has to be allowed.
        options.entitlements = ["network.host", "security.insecure"]
        return Planner(
            dockerfile: try Dockerfile(parsing: input.source), options: options,
            resolver: LazyImages { [registry, openStore] in BaseImages(store: try openStore(), registry: registry) })
    }
}
