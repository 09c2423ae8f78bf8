import Archive
import BuildEngine
import BuildGraph
import ContentStore
import OCI
import Registry
import SystemPackage

/// Hands a request to the build engine.
enum Engine {
    /// Opens the store and builds.
    @Sendable static func build(_ options: BuildOptions, _ resources: BuildResources) async throws -> BuildOutcome {
        let request = try request(options, resources)
        guard let launcher = resources.launcher else {
            throw CommandFailure("builds need the sandbox launcher, which was not started")
        }
        let store = try ContentStore.open(root: resources.root, access: .readWrite)
        let registry = RegistryClient(try RegistryConfiguration(environment: resources.environment))
        let result: BuildResult
        do {
            result = try await BuildEngine(store: store, launcher: launcher, registry: registry).build(
                request, progress: resources.progress)
        } catch {
            await registry.shutdown()
            throw error
        }
        await registry.shutdown()
        try store.close()
        var outcome = BuildOutcome(names: result.names)
        if let image = result.image, let configuration = result.configurationDigest {
            outcome.image = BuildOutcome.Image(descriptor: image, configuration: configuration)
        }
        return outcome
    }

    private static func request(_ options: BuildOptions, _ resources: BuildResources) throws -> BuildRequest {
        var dockerfile: BuildRequest.DockerfileInput
        switch options.dockerfile {
        case .context: dockerfile = .contextDefault
        case .file(let path): dockerfile = .file(try HostPath.absolute(path))
        case .standardInput: dockerfile = .text(try readInput(resources), name: "Dockerfile")
        }
        var context: FilePath?
        switch options.context {
        case .directory(let path): context = try HostPath.absolute(path)
        case .standardInput where dockerfile == .contextDefault:
            dockerfile = .text(try readInput(resources), name: "Dockerfile")
        case .standardInput: break
        }
        if let platform = options.platforms.first(where: { $0 != .host }) {
            throw CommandLineError(
                "--platform: \(platform) is not supported yet",
                help: "this machine is \(Platform.host); leave the flag out")
        }
        var request = BuildRequest(context: context, dockerfile: dockerfile, plan: plan(options))
        for specification in options.buildContexts {
            request.namedContexts[specification.name] = try namedContext(specification.source)
        }
        for secret in options.secrets {
            request.secrets[secret.id] =
                switch secret.source {
                case .file(let path): .file(try HostPath.absolute(path))
                case .value(let bytes): .value(bytes)
                }
        }
        request.tags = options.tags
        request.exports = try options.outputs.compactMap(export)
        request.sourceDateEpoch = options.sourceDateEpoch
        return request
    }

    private static func plan(_ options: BuildOptions) -> PlanOptions {
        var plan = PlanOptions()
        plan.target = options.target
        for argument in options.buildArguments { plan.buildArguments[argument.key] = argument.value }
        for label in options.labels { plan.labels[label.key] = label.value }
        plan.isTargetPlatformExplicit = !options.platforms.isEmpty
        switch options.cache {
        case .always: plan.noCache = .never
        case .never: plan.noCache = .always
        case .except(let stages): plan.noCache = .stages(Set(stages.map { $0.lowercased() }))
        }
        plan.network = RunOperation.Network(rawValue: options.network.rawValue) ?? .default
        plan.limits.sharedMemorySize = options.sharedMemorySize.map { Int64(clamping: $0) }
        plan.limits.extraHosts = options.extraHosts.map { .init(name: $0.name, address: $0.address) }
        plan.limits.resourceLimits = options.resourceLimits.map {
            .init(name: $0.name, soft: $0.soft, hard: $0.hard)
        }
        return plan
    }

    private static func namedContext(_ source: BuildContextSpecification.Source) throws -> BuildRequest.NamedContext {
        switch source {
        case .directory(let path): .directory(try HostPath.absolute(path))
        case .layout(let path, let tag, let digest):
            .image(.layout(path: try HostPath.absolute(path).string, tag: tag, digest: digest))
        case .image(let reference): .image(.reference(reference))
        }
    }

    private static func export(_ output: OutputSpecification) throws -> Export? {
        let kind: Export.Kind
        switch output.kind {
        case .image: kind = .image
        case .cacheonly: return nil
        case .oci: kind = .ociLayout(try destination(output))
        case .docker: kind = .dockerArchive(try destination(output))
        case .tar: kind = .tar(try destination(output))
        case .local:
            guard case .path(let path)? = output.destination else {
                throw CommandLineError("--output: type=local needs dest=DIRECTORY")
            }
            kind = .local(try HostPath.absolute(path))
        }
        var export = Export(kind)
        if let compression = output.compression {
            guard let value = Compression(name: compression.rawValue, level: output.compressionLevel) else {
                throw CommandLineError("--output: compression-level is out of range for \(compression.rawValue)")
            }
            export.compression = value
        }
        export.names = try output.names.map { name throws(CommandLineError) in
            do { return try ImageReference(parsing: name) } catch { throw CommandLineError("--output: \(error)") }
        }
        return export
    }

    private static func destination(_ output: OutputSpecification) throws -> Export.Destination {
        switch output.destination {
        case .path(let path):
            output.isDirectory ? .directory(try HostPath.absolute(path)) : .file(try HostPath.absolute(path))
        case .standardOutput, nil: .standardOutput
        }
    }

    private static func readInput(_ resources: BuildResources) throws -> [UInt8] {
        try FileSource(resources.standardInput).readAll(limit: 16 << 20)
    }
}
