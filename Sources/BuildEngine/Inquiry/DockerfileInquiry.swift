import BuildGraph
public import ContentStore
public import Dockerfile
import OCI
public import Registry
import SystemPackage

/// Answers questions about a Dockerfile without building anything.
///
/// Stages are planned as for a build, which needs the configurations of base images; their layers are left alone, and the
/// store is not even opened where no image is asked for. With several platforms, the first one counts.
public struct DockerfileInquiry: Sendable {
    private let openStore: @Sendable () throws -> ContentStore
    private let registry: RegistryClient

    /// An inquiry that opens the store when it needs the first image.
    public init(registry: RegistryClient, openStore: @escaping @Sendable () throws -> ContentStore) {
        self.registry = registry
        self.openStore = openStore
    }

    /// What the build checks find: in the stage that `--target` names and what it needs, else in all stages.
    ///
    /// Throws ``BuildError`` where there is no Dockerfile to check, and `CancellationError`. What is wrong in the
    /// Dockerfile is part of the report.
    @concurrent
    public func check(_ request: BuildRequest) async throws -> CheckReport {
        let (source, path) = try DockerfileLoader.load(request)
        do {
            let planner = try planner(request, source, path)
            let report = await planner.report(allStages: request.plan.target == nil)
            do {
                _ = try report.result.get()
                return CheckReport(source: source, findings: report.findings)
            } catch {
                return try Self.report(failing: error, source, report.findings)
            }
        } catch {
            return try Self.report(failing: error, source, [])
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
        let (source, path) = try DockerfileLoader.load(request)
        do {
            let report = await (try planner(request, source, path)).report(allStages: false)
            return OutlineReport(source: source, outline: try report.result.get().outline)
        } catch {
            throw BuildError.describing(error, in: source)
        }
    }

    /// The stages of the Dockerfile. Nothing but its text is looked at.
    ///
    /// Throws ``BuildError`` where there is no Dockerfile or it is wrong.
    public static func targets(_ request: BuildRequest) throws -> Dockerfile {
        let source = try DockerfileLoader.load(request).file
        do {
            return try Dockerfile(parsing: source)
        } catch {
            throw BuildError.describing(error, in: source)
        }
    }

    private func planner(_ request: BuildRequest, _ source: SourceFile, _ path: FilePath?) throws -> Planner {
        let dockerfile = try Dockerfile(parsing: source)
        let patterns = try BuildContexts(request, dockerfile: path).ignorePatterns()
        var options = request.planOptions(for: request.targetPlatforms[0], ignoring: patterns)
        // Nothing runs, so nothing has to be allowed.
        options.entitlements = ["network.host", "security.insecure"]
        return Planner(
            dockerfile: dockerfile, options: options,
            resolver: LazyImages { [registry, openStore] in BaseImages(store: try openStore(), registry: registry) })
    }
}
