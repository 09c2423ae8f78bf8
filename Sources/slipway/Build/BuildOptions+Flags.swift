import BuildEngine
import Dockerfile
import OCI
import Sandbox
import SystemPackage

extension BuildOptions {
    /// Checks a command line.
    ///
    /// - Parameters:
    ///   - paths: the positional arguments.
    ///   - environment: for build arguments and secrets that take their value from it, and for `SOURCE_DATE_EPOCH`.
    ///   - isTerminal: whether standard error is one.
    init(
        _ flags: BuildFlags, paths: [String], environment: [String: String], isTerminal: Bool
    ) throws(CommandLineError) {
        guard paths.count == 1, !paths[0].isEmpty else {
            throw CommandLineError(
                "\"slipway build\" requires exactly 1 argument",
                help: "usage: slipway build [OPTIONS] PATH | -   (slipway build --help lists the options)")
        }
        context = try Self.context(paths[0])
        dockerfile = try Self.dockerfile(flags.file, context: context)
        tags = try flags.tag.map(Self.tag)
        target = flags.target.flatMap { $0.isEmpty ? nil : $0 }
        buildArguments = try KeyValue.parse(flags.buildArg, flag: "--build-arg", environment: environment)
        buildContexts = try flags.buildContext.map(BuildContextSpecification.init(parsing:))
        labels = try KeyValue.parse(flags.label, flag: "--label", environment: nil)
        cache = Self.cache(flags)
        for text in flags.cacheFrom { cacheSources += try CacheSourceSpecification.parse(text) }
        cacheTargets = try flags.cacheTo.map(CacheTargetSpecification.init(parsing:))
        // As docker buildx has it: the older way to ask for the same.
        let inline = buildArguments.last { $0.key == "BUILDKIT_INLINE_CACHE" }
        if inline.flatMap({ GoBoolean.parse($0.value) }) == true { cacheTargets.append(.inline) }
        maximumParallelism = try Self.parallelism(flags.maxParallelism)
        secrets = try flags.secret.map { text throws(CommandLineError) in
            try SecretSpecification(parsing: text, environment: environment)
        }
        agents = try flags.steps.ssh.map { text throws(CommandLineError) in
            try AgentSpecification(parsing: text, environment: environment)
        }
        if let twice = agents.indices.first(where: { index in agents[..<index].contains { $0.id == agents[index].id } })
        {
            throw CommandLineError("--ssh: the id \"\(agents[twice].id)\" is given twice")
        }
        entitlements = Set(
            try flags.steps.allow.flatMap { $0.split(separator: ",") }.map { text throws(CommandLineError) in
                try Entitlement(parsing: String(text))
            })
        controls = try ControlGroupLimits(flags.steps)
        stepTimeout = try Self.timeout(flags.steps.stepTimeout)
        if let text = flags.steps.onError { onError = try ErrorHandling(parsing: text) }
        runtime = flags.steps.runtime.flatMap { $0.isEmpty ? nil : $0 }
        outputs = try Self.outputs(flags)
        if outputs.contains(where: { $0.isPushed && $0.names.isEmpty }), tags.isEmpty {
            throw CommandLineError(
                "a tag is needed when pushing to a registry", help: "add --tag REGISTRY/NAME:TAG")
        }
        platforms = try flags.platform.flatMap { $0.split(separator: ",") }.map(Self.platform)
        for text in flags.annotation { annotations.notes += try AnnotationFlag.parse(text) }
        (provenance, sbom) = try AttestationFlags.settings(flags, environment: environment)
        pullsBases = flags.pull
        guard !flags.lock || !flags.locked else {
            throw CommandLineError("--lock and --locked exclude each other", help: "--lock writes what --locked reads")
        }
        lock = flags.lock ? .write : flags.locked ? .enforce : .none
        sourcePolicy = environment["EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"].flatMap { $0.isEmpty ? nil : FilePath($0) }
        network = try Self.network(flags.network)
        extraHosts = try flags.addHost.map(ExtraHost.init(parsing:))
        sharedMemorySize = try flags.shmSize.map { size throws(CommandLineError) in
            try MemorySize.parse(size, flag: "--shm-size")
        }
        resourceLimits = try flags.ulimit.map(ResourceLimit.init(parsing:))
        sourceDateEpoch = try Self.epoch(buildArguments, environment: environment)
        progress = try ProgressMode.resolve(
            flag: flags.progress, quiet: flags.quiet, environment: environment, isTerminal: isTerminal)
        explains = flags.explain
        call = try CallSpecification.resolve(call: flags.call, check: flags.check)
        imageIDFile = flags.iidfile.map { FilePath($0) }
        metadataFile = flags.metadataFile.map { FilePath($0) }
    }

    static func context(_ path: String) throws(CommandLineError) -> Context {
        if path == "-" { return .standardInput }
        do {
            if let address = try GitAddress(parsing: path) { return .git(address, text: path) }
        } catch {
            throw CommandLineError("invalid address of a git repository: \(error)")
        }
        if WebAddress.isAddress(path) { return .web(path) }
        return .path(FilePath(path))
    }

    static func dockerfile(
        _ file: String?, context: Context
    ) throws(CommandLineError) -> DockerfileSource {
        guard let file, !file.isEmpty else { return .context }
        guard file == "-" else { return .file(FilePath(file)) }
        guard context != .standardInput else {
            throw CommandLineError("invalid argument: can't use stdin for both build context and dockerfile")
        }
        return .standardInput
    }

    private static func tag(_ text: String) throws(CommandLineError) -> ImageReference {
        let reference: ImageReference
        do { reference = try ImageReference(parsing: text) } catch {
            throw CommandLineError("--tag: \(error)")
        }
        guard reference.digest == nil else {
            throw CommandLineError("--tag: \"\(text)\" has a digest, which cannot be chosen")
        }
        return reference
    }

    private static func cache(_ flags: BuildFlags) -> CacheUse {
        if flags.noCache { return .never }
        let stages = flags.noCacheFilter.flatMap { $0.split(separator: ",").map(String.init) }
        return stages.isEmpty ? .always : .except(stages)
    }

    /// 0 is no limit, as in BuildKit's configuration.
    private static func parallelism(_ text: String?) throws(CommandLineError) -> Int? {
        guard let text, !text.isEmpty else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw CommandLineError("--max-parallelism: \"\(text)\" is not a number of steps")
        }
        return number == 0 ? nil : number
    }

    private static func timeout(_ text: String?) throws(CommandLineError) -> Duration? {
        guard let text, !text.isEmpty else { return nil }
        let nanoseconds = (try? GoDuration(parsing: text))?.nanoseconds
        guard let nanoseconds, nanoseconds >= 0 else {
            throw CommandLineError(
                "--step-timeout: \"\(text)\" is no length of time", help: "write for example 30s, 5m or 1h30m")
        }
        return nanoseconds == 0 ? nil : .nanoseconds(nanoseconds)
    }

    private static func outputs(_ flags: BuildFlags) throws(CommandLineError) -> [OutputSpecification] {
        var outputs = try flags.output.map(OutputSpecification.init(parsing:))
        if flags.push {
            // As docker buildx has it: what is an image already is pushed as well.
            let images = outputs.indices.filter { outputs[$0].kind == .image || outputs[$0].kind == .registry }
            for index in images { outputs[index].isPushed = true }
            if images.isEmpty { outputs.append(.registry) }
        }
        if outputs.isEmpty || (flags.load && !outputs.contains { $0.kind == .image }) { outputs.append(.store) }
        guard outputs.count(where: { $0.destination == .standardOutput }) <= 1 else {
            throw CommandLineError("--output: only one result can go to standard output")
        }
        return outputs
    }

    static func platform(_ text: Substring) throws(CommandLineError) -> Platform {
        let text = text.trimmingBlanks()
        if text == "local" { return .host }
        do { return try Platform(parsing: text) } catch { throw CommandLineError("--platform: \(error)") }
    }

    private static func network(_ text: String?) throws(CommandLineError) -> Network {
        guard let text, !text.isEmpty else { return .default }
        guard let network = Network(rawValue: text) else {
            throw CommandLineError(
                "--network: \"\(text)\" is not supported", help: "use default, host, private or none")
        }
        return network
    }

    /// As docker buildx does, the variable of the environment counts as if it were a build argument.
    private static func epoch(
        _ arguments: [KeyValue], environment: [String: String]
    ) throws(CommandLineError) -> Int64? {
        let name = "SOURCE_DATE_EPOCH"
        let given = arguments.first { $0.key == name }?.value
        guard let text = given ?? environment[name], !text.isEmpty else { return nil }
        guard let seconds = Int64(text), seconds >= 0 else {
            // An argument may also name a context or a stage, which the planner judges.
            if given != nil, Int64(text) == nil { return nil }
            throw CommandLineError("\(name): \"\(text)\" is not a number of seconds since 1970")
        }
        return seconds
    }
}
