import BuildEngine
import ContentStore
import Dockerfile
import HTTP
import Registry
import Remote

/// Hands a request to the build engine.
enum Engine {
    /// Opens the store and builds.
    @Sendable static func build(_ options: BuildOptions, _ resources: BuildResources) async throws -> BuildOutcome {
        let request = try BuildRequest(options, resources)
        guard let launcher = resources.launcher else {
            throw CommandFailure("builds need the sandbox launcher, which was not started")
        }
        let store = try ContentStore.open(root: resources.root, access: .readWrite, limits: resources.limits)
        let registry = RegistryClient(try RegistryConfiguration(environment: resources.environment))
        let remote = try remote(store, resources)
        let engine = BuildEngine(store: store, launcher: launcher, registry: registry, remote: remote)
        let result: BuildResult
        do {
            result = try await engine.build(request, progress: resources.progress)
        } catch {
            await registry.shutdown()
            await remote.shutdown()
            throw error
        }
        await registry.shutdown()
        await remote.shutdown()
        try store.close()
        var outcome = BuildOutcome(names: result.names)
        if let image = result.image {
            outcome.image = BuildOutcome.Image(descriptor: image, configuration: result.configurationDigest)
        }
        return outcome
    }

    /// Answers a question about the Dockerfile without building it.
    @Sendable static func answer(
        _ call: CallSpecification, _ options: BuildOptions, _ resources: BuildResources
    ) async throws -> CallAnswer {
        let request = try BuildRequest(options, resources)
        return try await inquire(resources) { inquiry in
            switch call.method {
            case .check: CallAnswer(try await inquiry.check(request), call)
            case .outline: CallAnswer(try await inquiry.outline(request), call)
            case .targets: CallAnswer(try await inquiry.dockerfile(request), call)
            case .describe: CallAnswer(describing: call)
            }
        }
    }

    /// The Dockerfile of a request.
    static func dockerfile(_ request: BuildRequest, _ resources: BuildResources) async throws -> Dockerfile {
        try await inquire(resources) { try await $0.dockerfile(request) }
    }

    private static func inquire<Result>(
        _ resources: BuildResources, _ body: (DockerfileInquiry) async throws -> Result
    ) async throws -> Result {
        let registry = RegistryClient(try RegistryConfiguration(environment: resources.environment))
        let inquiry = DockerfileInquiry(registry: registry, progress: resources.progress) {
            try ContentStore.open(root: resources.root, access: .readWrite, limits: resources.limits)
        } openRemote: { store in
            try remote(store, resources)
        }
        do {
            let result = try await body(inquiry)
            await registry.shutdown()
            return result
        } catch {
            await registry.shutdown()
            throw error
        }
    }

    private static func remote(_ store: ContentStore, _ resources: BuildResources) throws -> RemoteClient {
        RemoteClient(
            store: store, configuration: try HTTPConfiguration(environment: resources.environment),
            environment: resources.environment)
    }
}
