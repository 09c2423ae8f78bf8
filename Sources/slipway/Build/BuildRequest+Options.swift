import Archive
import BuildEngine
import BuildGraph
import ContentStore
import FileSystem
import OCI
import Sandbox
import SystemPackage

extension BuildRequest {
    /// What the engine is asked for: paths made absolute, standard input read.
    init(_ options: BuildOptions, _ resources: BuildResources) throws {
        try self.init(options, standardInput: resources.standardInput)
        housekeeping = try HousekeepingPolicy(environment: resources.environment)
        let path = resources.environment["PATH"]
        overlayProgram = UserspaceOverlay.program(path: path)
        runtime = try options.runtime.map { name throws(SandboxError) in try ContainerRuntime.find(name, path: path) }
        if options.network == .private {
            privateNetwork = try PrivateNetwork.find(path: path)
        }
    }

    /// - Parameter standardInput: what contexts and Dockerfiles `-` read.
    init(_ options: BuildOptions, standardInput: FileDescriptor) throws {
        let (context, dockerfile) = try Self.inputs(of: options, standardInput: standardInput)
        self.init(context: context, dockerfile: dockerfile, plan: Self.plan(options))
        for specification in options.buildContexts {
            namedContexts[specification.name] = try Self.namedContext(specification.source)
        }
        try take(secrets: options.secrets, agents: options.agents)
        controls = options.controls
        stepTimeout = options.stepTimeout
        keepsFailedStep = options.onError != .stop
        tags = options.tags
        platforms = options.platforms
        exports = try options.outputs.compactMap(Self.export)
        for index in exports.indices { exports[index].annotations.notes += options.annotations.notes }
        provenance = options.provenance
        sbom = options.sbom
        pullsBases = options.pullsBases
        lock = options.lock
        if let path = options.sourcePolicy { sourcePolicies = [try Self.sourcePolicy(path)] }
        cacheSources = try options.cacheSources.map(Self.cacheSource)
        cacheTargets = try options.cacheTargets.map(Self.cacheTarget)
        maximumParallelism = options.maximumParallelism
        sourceDateEpoch = options.outputs.lazy.compactMap(\.sourceDateEpoch).first ?? options.sourceDateEpoch
        if options.outputs.contains(where: { $0.rewriteTimestamp == false || $0.hasNoEpoch }) { timestamps = .keep }
    }

    /// Takes what steps are given without its being part of anything: files are looked for before anything runs.
    mutating func take(secrets given: [SecretSpecification], agents: [AgentSpecification]) throws {
        for secret in given {
            secrets[secret.id] =
                switch secret.source {
                case .file(let path): .file(try Self.secretFile(path, secret.id))
                case .value(let bytes): .value(bytes)
                }
        }
        for agent in agents { try use(agent) }
    }

    private static func sourcePolicy(_ path: FilePath) throws -> SourcePolicy {
        let name = "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"
        let bytes: [UInt8]
        do {
            let file = try FileDescriptor.open(try HostPath.absolute(path), .readOnly, options: .closeOnExec)
            defer { file.closeAfterReading() }
            bytes = try file.readAll(limit: 16 << 20, path: path)
        } catch {
            throw CommandLineError("\(name): cannot read \(path): \(error)")
        }
        do { return try SourcePolicy(parsing: bytes) } catch {
            throw CommandLineError("\(name): \(path) is no source policy: \(error)")
        }
    }

    /// The file of a secret, which is looked for before anything runs.
    private static func secretFile(_ path: FilePath, _ id: String) throws -> FilePath {
        let path = try HostPath.absolute(path)
        do {
            try FileDescriptor.open(path, .readOnly, options: .closeOnExec).close()
        } catch {
            throw CommandLineError("--secret: cannot read the secret \(id) from \(path): \(error)")
        }
        return path
    }

    /// Takes the paths of `--ssh` for the socket of an agent or for private keys, as they are.
    private mutating func use(_ agent: AgentSpecification) throws {
        var sockets: [FilePath] = []
        var keys: [FilePath] = []
        for path in agent.paths {
            let path = try HostPath.absolute(path)
            do {
                try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]).close()
                keys.append(path)
            } catch Errno.noSuchAddressOrDevice {
                // What open(2) says to sockets.
                sockets.append(path)
            } catch {
                throw CommandLineError("--ssh: cannot use \(path) for \"\(agent.id)\": \(error)")
            }
        }
        guard sockets.isEmpty || keys.isEmpty else {
            throw CommandLineError(
                "--ssh: \"\(agent.id)\" has both a socket and a key", help: "give them different ids")
        }
        guard sockets.count <= 1 else { throw CommandLineError("--ssh: \"\(agent.id)\" has more than one socket") }
        guard !agent.isRaw || keys.isEmpty else {
            throw CommandLineError("--ssh: raw mode of \"\(agent.id)\" needs a socket, and \(agent.paths[0]) is none")
        }
        if agent.isRaw { rawAgents.insert(agent.id) }
        if let socket = sockets.first { agents[agent.id] = socket } else { agentKeys[agent.id] = keys }
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
        plan.entitlements = Set(options.entitlements.map(\.rawValue))
        plan.limits.sharedMemorySize = options.sharedMemorySize.map { Int64(clamping: $0) }
        plan.limits.extraHosts = options.extraHosts.map { .init(name: $0.name, address: $0.address) }
        plan.limits.resourceLimits = options.resourceLimits.map {
            .init(name: $0.name, soft: $0.soft, hard: $0.hard)
        }
        return plan
    }

    private static func namedContext(_ source: BuildContextSpecification.Source) throws -> NamedContext {
        switch source {
        case .files(let context): .files(try ContextSource(context))
        case .layout(let path, let tag, let digest):
            .image(.layout(path: try HostPath.absolute(path).string, tag: tag, digest: digest))
        case .image(let reference): .image(.reference(reference))
        }
    }

    private static func export(_ output: OutputSpecification) throws -> Export? {
        let kind: Export.Kind
        switch output.kind {
        case .image, .registry:
            kind = .image(
                Export.ImageDestination(
                    isStored: output.kind == .image && !output.isNotStored, isPushed: output.isPushed,
                    isPushedByDigest: output.isPushedByDigest))
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
        if let compression = output.compression { export.compression = compression }
        export.forcesCompression = output.forcesCompression
        export.hasDockerMediaTypes = output.hasDockerMediaTypes
        export.annotations = output.annotations
        export.attachesArtifacts = output.attachesArtifacts
        export.names = try output.names.map { name throws(CommandLineError) in
            do { return try ImageReference(parsing: name) } catch { throw CommandLineError("--output: \(error)") }
        }
        return export
    }

    private static func cacheSource(_ source: CacheSourceSpecification) throws -> CacheSource {
        switch source {
        case .image(let reference): .image(reference)
        case .directory(let path, let selector): .directory(try HostPath.absolute(path), selector: selector)
        }
    }

    private static func cacheTarget(_ target: CacheTargetSpecification) throws -> CacheTarget {
        switch target {
        case .inline: return .inline
        case .directory(let path, let settings):
            return .local(
                LocalCacheTarget(
                    directory: try HostPath.absolute(path), tag: settings.tag, settings: CacheSettings(settings),
                    removesOthers: settings.removesOthers))
        case .registry(let reference, let settings): return .registry(reference, CacheSettings(settings))
        }
    }

    private static func destination(_ output: OutputSpecification) throws -> Export.Destination {
        switch output.destination {
        case .path(let path):
            output.isDirectory
                ? .directory(try HostPath.absolute(path)) : .file(try HostPath.absolute(path))
        case .standardOutput, nil: .standardOutput
        }
    }
}

extension CacheSettings {
    fileprivate init(_ settings: CacheTargetSpecification.Settings) {
        self.init(
            scope: settings.isComplete ? .max : .min, compression: settings.compression,
            ignoresErrors: settings.ignoresErrors)
    }
}
