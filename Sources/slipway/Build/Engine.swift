import BuildEngine
import ContentStore
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
        let store = try ContentStore.open(root: resources.root, access: .readWrite)
        let registry = RegistryClient(try RegistryConfiguration(environment: resources.environment))
        let remote = RemoteClient(
            store: store, configuration: try HTTPConfiguration(environment: resources.environment),
            environment: resources.environment)
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
        if let image = result.image, let configuration = result.configurationDigest {
            outcome.image = BuildOutcome.Image(descriptor: image, configuration: configuration)
        }
        return outcome
    }

    /// Answers a question about the Dockerfile without building it.
    @Sendable static func answer(
        _ call: CallSpecification, _ options: BuildOptions, _ resources: BuildResources
    ) async throws -> CallAnswer {
        let request = try BuildRequest(options, resources)
        guard call.method != .targets else { return CallAnswer(try DockerfileInquiry.targets(request), call) }
        let registry = RegistryClient(try RegistryConfiguration(environment: resources.environment))
        let inquiry = DockerfileInquiry(registry: registry) {
            try ContentStore.open(root: resources.root, access: .readWrite)
        }
        let answer: CallAnswer
        do {
            answer =
                call.method == .check
                ? CallAnswer(try await inquiry.check(request), call)
                : CallAnswer(try await inquiry.outline(request), call)
        } catch {
            await registry.shutdown()
            throw error
        }
        await registry.shutdown()
        return answer
    }
}
