import BuildGraph
import FileSystem
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// Executes a `RUN`: a process in a sandbox over the layers below, whose changes become a layer.
struct RunExecutor {
    let launcher: SandboxLauncher
    let layerStore: LayerStore
    /// A directory of this step, empty, on the store's file system.
    let scratch: FilePath
    let mountPoints: MountPointDirectories
    let support: RunRoot.Support
    /// Times of files later than this become this; nil keeps them.
    let epoch: Timestamp?
    /// What limits processes; without limits, none.
    let controlGroups: ControlGroups?
    /// How long a process may take; nil for as long as it likes.
    let timeout: Duration?
    /// Keeps a process's root when it fails; nil where nobody asked for it.
    let keeper: FailedStepKeeper?
    /// What connects private networks.
    let privateNetwork: PrivateNetwork?
    /// What executes processes; nil for Slipway's own sandbox.
    let runtime: ContainerRuntime?

    /// Runs the process over `layers`, which are unpacked, the lowest first.
    ///
    /// Throws ``BuildError`` when the process fails or cannot be started, and `CancellationError`.
    func execute(
        _ run: RunOperation, over layers: [Digest], prepared: PreparedMounts,
        onOutput: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void
    ) async throws -> CommittedLayer {
        let view = try LayerView(layers: layers, store: layerStore)
        let user = try imageUser(run.user, in: view, command: run.arguments)
        let upper = scratch.appending("upper")
        try makeDirectory("upper", like: view)
        try makeDirectory("work", like: nil)
        let controlGroup = try enter()
        defer { leave(controlGroup) }
        var specification = ProcessSpecification(
            arguments: run.arguments, environment: environment(run, user, prepared.environment),
            workingDirectory: FilePath(run.workingDirectory),
            user: Sandbox.UserIdentity(
                userID: user.uid, groupID: user.gid, supplementaryGroupIDs: user.supplementaryGroups),
            hostname: run.limits.hostname,
            root: .directory(scratch), mounts: [], network: network(of: run),
            security: run.security == .insecure ? .insecure : .default,
            resourceLimits: try run.limits.resourceLimits.map(resourceLimit),
            sharedMemorySize: UInt64(run.limits.sharedMemorySize ?? 64 << 20), controlGroup: controlGroup,
            runtime: try runtime.map { RuntimeBundle($0, directory: try makeBundle()) })
        let tail = OutputTail()
        let output = RedactedOutput(hiding: prepared.secrets) { stream, bytes in
            tail.append(bytes)
            onOutput(stream, bytes)
        }
        /// The step has failed: what it left is kept if that is asked for.
        func failed(_ error: BuildError) -> BuildError {
            var plain = specification
            plain.environment = environment(run, user, EnvironmentList(), proxies: false)
            if (try? root.collectChanges(in: upper)) == nil { return error }
            keeper?.keep(plain, over: layers, prepared.resolved, in: scratch, because: error)
            return error
        }
        var copies = MountCopies(prepared, layerStore: layerStore, scratch: scratch)
        var kind = launcher.isolation == .namespaces ? support.kind : .copy
        var root = try makeRoot(kind, view, prepared)
        let termination: Termination
        do {
            defer { output.finish() }
            while true {
                do {
                    try complete(&specification, root, view, &copies)
                    termination = try await runToEnd(specification, copies, output)
                    break
                } catch let error as SandboxError where error.code == .rootRefused && support.refuse(kind) {
                    kind = support.kind
                    root = try makeRoot(kind, view, prepared)
                }
            }
        } catch let error as StepTimeout {
            throw failed(
                BuildError(
                    .processTimedOut,
                    "process \"\(commandText(run))\" did not end within \(error.text), which --step-timeout gives it: "
                        + "it and everything that it started were killed",
                    help: "give it longer with --step-timeout, such as --step-timeout \(error.doubled); 0 is no limit",
                    output: tail.lines))
        } catch let error as SandboxError {
            let name = "process \"\(commandText(run))\" could not be started"
            let isProgram = error.code == .executableNotRunnable || error.code == .executableNotFound
            if isProgram, let program = run.arguments.first,
                let machine = try ProgramInspection.explanation(
                    of: program, in: view, environment: specification.environment)
            {
                throw BuildError(.processNotStarted, "\(name): \(machine.reason)", help: machine.help)
            }
            let reason = BuildError(
                .processNotStarted, "\(name): \(error.message)", help: error.help, cause: error.cause)
            // Where the sandbox itself cannot be made, there is nothing to look at.
            throw isProgram ? failed(reason) : reason
        }
        guard termination.status.isSuccess else {
            let isOutOfMemory = controlGroup.map { $0.outOfMemoryKills > 0 } ?? false
            throw failed(
                BuildError(
                    .processFailed,
                    "process \"\(commandText(run))\" did not complete successfully: \(termination.status)"
                        + (isOutOfMemory ? ": it ran out of the memory that --memory gives it" : ""),
                    help: isOutOfMemory ? "give it more with --memory" : nil, output: tail.lines))
        }
        try root.collectChanges(in: upper)
        return try await layerStore.commit(
            upperDirectory: upper, epoch: epoch, ownerLog: termination.ownerLog, below: view)
    }

    /// Runs the process. What was moved into its root is back where it belongs afterwards, however it ended.
    private func runToEnd(
        _ specification: ProcessSpecification, _ copies: MountCopies, _ output: RedactedOutput
    ) async throws -> Termination {
        let result: Result<Termination, any Error>
        do {
            result = .success(
                try await launcher.run(specification, within: timeout) { output.append($0, $1) })
        } catch {
            result = .failure(error)
        }
        try copies.restore()
        return try result.get()
    }

    private func makeRoot(_ kind: RunRoot.Kind, _ view: LayerView, _ prepared: PreparedMounts) throws -> RunRoot {
        let (upper, work) = (scratch.appending("upper"), scratch.appending("work"))
        if kind != .copy {
            var lower = layerStore.overlayDirectories(of: view.layers)
            if let stubs = try mountPoints.directory(of: view.stubs(for: prepared.points)) {
                lower.insert(stubs, at: 0)
            }
            guard case .userspaceOverlay(let program) = kind else {
                return .overlay(.overlay(lower: lower, upper: upper, work: work))
            }
            if lower.isEmpty {
                try makeDirectory("lower", like: view)
                lower = [scratch.appending("lower")]
            }
            if let overlay = UserspaceOverlay(program: program, lower: lower, upper: upper, work: work) {
                return .userspaceOverlay(overlay)
            }
        }
        return .copy(
            try CopiedRoot(
                of: view, at: scratch.appending("root"), mountPoints: prepared.points,
                devices: launcher.isolation != .namespaces))
    }

    /// The root and the mounts of a process.
    private func complete(
        _ specification: inout ProcessSpecification, _ root: RunRoot, _ view: LayerView, _ copies: inout MountCopies
    ) throws {
        specification.root = root.fileSystem
        switch root {
        case .overlay:
            specification.mounts = try copies.prepared.mounts.map { try $0.like(view) }
        case .userspaceOverlay:
            specification.mounts = try copies.withoutOverlays().map { try $0.like(view) }
        case .copy(let root):
            if launcher.isolation == .namespaces {
                specification.mounts = try copies.withoutOverlays().map { try $0.like(view) }
            } else {
                do {
                    try copies.put(into: root)
                } catch {
                    try copies.restore()
                    throw error
                }
            }
        }
    }

    private func makeBundle() throws -> FilePath {
        try makeDirectory("bundle", like: nil)
        return scratch.appending("bundle")
    }

    private func network(of run: RunOperation) -> NetworkAccess {
        switch run.network {
        case .none: .none
        case .default, .host: .host
        // Without what connects it, it leads nowhere.
        case .private: privateNetwork.map { .private($0) } ?? .none
        }
    }

    /// A control group that the launcher removes if this process dies.
    private func enter() throws -> ControlGroup? {
        guard let group = try controlGroups?.make() else { return nil }
        for directory in group.directories { try launcher.cleanUpOnExit(directory) }
        return group
    }

    private func leave(_ group: ControlGroup?) {
        guard let group else { return }
        let left = group.remove()
        for directory in group.directories where !left.contains(directory) {
            // A launcher that cannot be told is lost, and removes nothing any more.
            try? launcher.keepOnExit(directory)
        }
    }

    private func commandText(_ run: RunOperation) -> String { run.arguments.joined(separator: " ") }

    private func imageUser(_ specification: String, in view: LayerView, command: [String]) throws -> ImageUser {
        do {
            return try UserDatabase(of: view).process(specification)
        } catch let error as UnknownUser {
            throw BuildError(
                .processNotStarted,
                "process \"\(command.joined(separator: " "))\" did not complete successfully: \(error)",
                help: "create the user in an earlier RUN, or give its number")
        }
    }

    private func environment(_ run: RunOperation, _ user: ImageUser, _ secrets: EnvironmentList, proxies: Bool = true)
        -> [String]
    {
        var environment = run.environment
        for variable in run.proxyEnvironment.variables where proxies && environment[variable.name] == nil {
            environment[variable.name] = variable.value
        }
        for variable in secrets.variables { environment[variable.name] = variable.value }
        if (environment["HOME"] ?? "").isEmpty { environment["HOME"] = user.home }
        return environment.assignments
    }

    /// Makes a directory with the mode and owner that the root of the file system below has, since an overlay shows those
    /// of its topmost directory.
    private func makeDirectory(_ text: String, like view: LayerView?) throws {
        let directory = try DirectoryHandle(scratch)
        guard let name = FileName(text) else { return }
        try directory.makeDirectory(name)
        guard let status = view?.root.status else { return }
        try directory.setOwner(of: name, uid: status.uid, gid: status.gid)
        try directory.setMode(of: name, to: status.mode)
        try directory.setTimes(of: name, to: status.mtime)
    }

    private func resourceLimit(_ limit: RunLimits.ResourceLimit) throws -> ResourceLimit {
        let numbers: [String: UInt32] = [
            "cpu": 0, "fsize": 1, "data": 2, "stack": 3, "core": 4, "rss": 5, "nproc": 6, "nofile": 7, "memlock": 8,
            "as": 9, "locks": 10, "sigpending": 11, "msgqueue": 12, "nice": 13, "rtprio": 14, "rttime": 15,
        ]
        guard let number = numbers[limit.name] else {
            throw BuildError(
                .invalidOption, "invalid ulimit type: \(limit.name)",
                help: "the types are \(numbers.keys.sorted().joined(separator: ", "))")
        }
        func value(_ number: Int64) -> UInt64 { number < 0 ? .max : UInt64(number) }
        return ResourceLimit(resource: number, soft: value(limit.soft), hard: value(limit.hard))
    }
}

extension SandboxMount {
    /// The mount, with the mode of the directory that it covers if it is a new file system.
    func like(_ view: LayerView) throws -> SandboxMount {
        guard case .tmpfs(let target, let size, _, let readOnly) = self, let node = try view.lookup(target),
            node.status.kind == .directory
        else { return self }
        return .tmpfs(target: target, size: size, mode: node.status.mode, readOnly: readOnly)
    }
}
