import Dockerfile
import OCI

/// `RUN` and its mounts.
extension Planner {
    mutating func planRun(
        _ run: RunInstruction, _ instruction: Instruction, _ state: inout StageState, _ entry: StageEntry
    ) async throws {
        var arguments: [String]
        var script: InlineFile?
        switch run.invocation {
        case .shell(let text): arguments = state.shell + [text]
        case .exec(let words): arguments = words
        case .script(let name, let content):
            script = InlineFile(name: name, content: Array(content.utf8), mode: 0o755)
            arguments = state.shell + ["/dev/pipes/\(name)"]
        }
        let network = network(of: run)
        let security = run.security.flatMap { RunOperation.Security(rawValue: $0.rawValue) } ?? .sandbox
        try checkEntitlements(run, at: instruction.range)
        try refuseDevices(run)
        var limits = options.limits
        if let hostname = options.buildArguments["BUILDKIT_SANDBOX_HOSTNAME"] { limits.hostname = hostname }
        var mounts: [RunMount] = []
        for flag in run.mounts {
            let agents = mounts.count { $0.isAgent }
            mounts.append(try await planMount(flag, agentNumber: agents, state, entry))
        }
        mounts = mounted(mounts)
        let configured = EnvironmentList(state.configuration.container.environment)
        let buildArguments = Set(state.arguments.map(\.name)).subtracting(configured.names)
        let operation = RunOperation(
            arguments: arguments, environment: state.environment, buildArguments: buildArguments,
            proxyEnvironment: proxyEnvironment,
            workingDirectory: absolutePath(state.workingDirectory, in: "/"), user: state.configuration.container.user,
            mounts: mounts,
            script: script, network: network, security: security, limits: limits)
        append(.run(operation), named: "RUN \(summary(of: run))", instruction, &state, entry)
        state.record("RUN \(state.recordedArguments)\(arguments.joined(separator: " ")) # buildkit", makesLayer: true)
    }

    /// The command as progress shows it.
    private func summary(of run: RunInstruction) -> String {
        var text =
            run.command.isShell ? run.command.words.map(\.raw).joined() : quotedJSONList(run.command.words.map(\.raw))
        if let first = run.heredocs.first {
            let lines = first.content.split(whereSeparator: \.isNewline)
            text += " (\(lines.first ?? "")\(lines.count > 1 ? "..." : ""))"
        }
        return text
    }

    /// The network of a step: `default` is what the whole build has.
    private func network(of run: RunInstruction) -> RunOperation.Network {
        switch run.network {
        case .default, nil: options.network
        case .none?: .none
        case .host?: .host
        }
    }

    /// The order in which they are mounted: files by the order of their targets, so that what is mounted below another
    /// mount is seen wherever it stands in the instruction; then secrets and sockets, which are seen through any of them.
    private func mounted(_ mounts: [RunMount]) -> [RunMount] {
        let files = mounts.filter { !$0.isSecret && !$0.isAgent }
        // Not every sort is stable; two mounts on one target stay in their order.
        let sorted = files.enumerated().sorted { ($0.element.target, $0.offset) < ($1.element.target, $1.offset) }
        return sorted.map(\.element) + mounts.filter(\.isSecret) + mounts.filter(\.isAgent)
    }

    private func refuseDevices(_ run: RunInstruction) throws(DockerfileError) {
        guard let device = run.devices.first else { return }
        throw error(
            .unsupportedFeature, "device feature is only supported in Dockerfile frontend 1.14.0-labs or later",
            help: "remove --device=\(device.name); RUN --security=insecure gives /dev/fuse, /dev/kvm and /dev/net/tun",
            at: device.range)
    }

    private func checkEntitlements(_ run: RunInstruction, at range: SourceRange) throws(DockerfileError) {
        let needed: [(Bool, String)] = [
            (run.network == .host && options.network != .host, "network.host"),
            (run.security == .insecure, "security.insecure"),
        ]
        for (isNeeded, name) in needed where isNeeded && !options.entitlements.contains(name) {
            throw error(
                .entitlement, "\(name) is not allowed", help: "allow it with --allow \(name)", at: range)
        }
    }

    private mutating func planMount(
        _ flag: MountFlag, agentNumber: Int, _ state: StageState, _ entry: StageEntry
    ) async throws -> RunMount {
        let mount = try flag.resolve(expander(state))
        switch mount {
        case .bind(let bind):
            let source = try await mountSource(bind.from, entry, flag.range) ?? .context(.main)
            let path = absolutePath(bind.source, in: "/")
            return RunMount(
                kind: .bind(source: source, path: path, readOnly: bind.isReadOnly),
                target: try target(bind.target, state, flag.range))
        case .cache(let cache):
            let seed = try await mountSource(cache.from, entry, flag.range)
            let namespace = options.buildArguments["BUILDKIT_CACHE_MOUNT_NS"].map { $0 + "/" } ?? ""
            let sharing = cache.sharing.flatMap { RunMount.Sharing(rawValue: $0.rawValue) } ?? .shared
            return RunMount(
                kind: .cache(
                    RunMount.Cache(
                        id: namespace + (cache.id ?? cleaned(cache.target)), sharing: sharing,
                        isFresh: isFresh(cache, entry), seed: seed, seedPath: absolutePath(cache.source, in: "/"),
                        mode: cache.mode.map { UInt16($0 & 0o7777) }, uid: cache.uid, gid: cache.gid,
                        readOnly: cache.isReadOnly)),
                target: try target(cache.target, state, flag.range))
        case .tmpfs(let tmpfs):
            return RunMount(
                kind: .tmpfs(size: tmpfs.size > 0 ? tmpfs.size : nil, readOnly: tmpfs.isReadOnly),
                target: try target(tmpfs.target, state, flag.range))
        case .secret(let secret):
            return RunMount(
                kind: .secret(
                    id: secret.id, isFile: secret.target != nil, variable: secret.environmentName,
                    isRequired: secret.isRequired, mode: UInt16(secret.mode & 0o7777), uid: secret.uid, gid: secret.gid),
                target: try target(secret.target ?? "/run/secrets/\(secret.id)", state, flag.range))
        case .ssh(let ssh):
            return RunMount(
                kind: .ssh(
                    id: ssh.id, isRequired: ssh.isRequired, mode: UInt16(ssh.mode & 0o7777), uid: ssh.uid, gid: ssh.gid),
                target: try target(ssh.target ?? "/run/buildkit/ssh_agent.\(agentNumber)", state, flag.range))
        }
    }

    /// Without the cache, a mount whose directory has to be made with a certain owner or mode is made anew; any other
    /// keeps what it holds.
    private func isFresh(_ cache: Mount.Cache, _ entry: StageEntry) -> Bool {
        ignoresCache(entry) && (cache.mode != nil || cache.uid != nil || cache.gid != nil)
    }

    private mutating func mountSource(
        _ from: String?, _ entry: StageEntry, _ range: SourceRange
    ) async throws -> FileOrigin? {
        guard let from else { return nil }
        return try await fileSource(from, for: entry.stage.index, isMount: true, at: range)
    }

    private func target(
        _ path: String, _ state: StageState, _ range: SourceRange
    ) throws(DockerfileError) -> String {
        let target = absolutePath(path, in: state.workingDirectory)
        guard target != "/" else {
            throw error(
                .invalidMount, "invalid mount target \"/\"", help: "mount it on a directory below /", at: range)
        }
        return target
    }

    /// A path with `.`, `..` and double slashes taken away, absolute or not.
    func cleaned(_ path: String) -> String {
        let absolute = absolutePath(path, in: "/")
        return path.hasPrefix("/") ? absolute : String(absolute.dropFirst())
    }
}
