internal import CSandbox
internal import Synchronization
public import SystemPackage

extension SandboxLauncher {
    /// Runs a process and waits for its end and that of everything it left running.
    ///
    /// The descriptors stay the caller's, who may close them as soon as this returns. When the task is cancelled, the
    /// sandbox is killed and reaped first, then `CancellationError` is thrown.
    ///
    /// - Parameters:
    ///   - standardInput: `/dev/null` if nil.
    ///   - signals: passed on to the process while it runs. As pid 1 of its namespace it takes notice only of those it has
    ///     a handler for, and of SIGKILL and SIGSTOP.
    /// - Throws: `SandboxError` if the process could not be started, `CancellationError`.
    public func run(
        _ specification: ProcessSpecification,
        standardInput: FileDescriptor? = nil,
        standardOutput: FileDescriptor,
        standardError: FileDescriptor,
        signals: AsyncStream<Int32>? = nil
    ) async throws -> Termination {
        try specification.validate()
        try check(specification)
        try Task.checkCancellation()
        var resources = try prepare(for: specification.security)
        if specification.runtime != nil {
            guard resources.host.notifications != .identities, !resources.host.changesRoot else {
                throw SandboxError(
                    .isolationRefused, "a container runtime needs namespaces and more ids than one",
                    help: "leave out --runtime, or give the user subordinate ids (slipway doctor)")
            }
            // It installs the filter itself, and is no step that asks a notifier.
            (resources.filter, resources.notifications) = (nil, nil)
        }
        let program = try MemoryFile(
            name: "slipway-program", bytes: try ProgramEncoder.encode(specification, host: resources.host))
        let input =
            try standardInput == nil
            ? FileDescriptor.open(FilePath("/dev/null"), .readOnly, options: .closeOnExec) : nil
        defer { try? input?.close() }
        var descriptors = [program.descriptor]
        descriptors += [standardInput ?? input, standardOutput, standardError].compactMap { $0?.rawValue }
        let log = try resources.notifications.map { _ throws(SandboxError) in try MemoryLog() }
        if let filter = resources.filter { descriptors.append(filter.descriptor) }
        if let notifications = resources.notifications, let log {
            descriptors += [notifications.descriptor, log.descriptor]
        }
        var namespaces: Namespaces = [.mount, .controlGroup, .hostName, .interprocess, .process]
        // The namespace shows the group that a process is in when it is made, so it comes after the move into that.
        if specification.controlGroup != nil { namespaces.remove(.controlGroup) }
        if specification.network.isOwn { namespaces.insert(.network) }
        if resources.host.changesRoot { namespaces = [] }

        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        let command = specification.arguments.first ?? ""
        var words: [UInt8] = []
        if case .private(let network) = specification.network { words = network.words.flatMap { Array($0.utf8) + [0] } }
        let payload = words
        let server = try Self.server(of: specification.root)
        var termination: Termination
        do {
            termination = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    start(
                        Run(continuation: continuation, command: command, signals: signals), id: id,
                        namespaces: namespaces, server: server, payload: payload, descriptors: descriptors)
                }
            } onCancel: {
                kill(id)
            }
        }
        // Also where the process ended by itself at the same moment: who cancels does not want its result.
        try Task.checkCancellation()
        termination.ownerLog = try log?.contents() ?? []
        return termination
    }

    /// Refuses what this machine cannot do.
    private func check(_ specification: ProcessSpecification) throws(SandboxError) {
        switch isolation {
        case .namespaces: return
        case .refused(let error): throw error
        case .changedRoot:
            guard case .directory = specification.root, specification.mounts.isEmpty else {
                throw SandboxError(
                    .isolationRefused,
                    "a container needs mounts, which are refused here; only steps of builds do without",
                    help: "allow user namespaces (slipway doctor)")
            }
            guard !specification.network.isOwn else {
                throw SandboxError(
                    .isolationRefused, "a process cannot have a network of its own where namespaces are refused",
                    help: "leave out --network, or allow user namespaces")
            }
        }
    }

    private struct Resources {
        var host: HostFacts
        var filter: MemoryFile?
        /// Which calls a notifier is asked about; nil where there is none.
        var notifications: MemoryFile?
    }

    private func prepare(for security: SecurityProfile) throws(SandboxError) -> Resources {
        try state.withLock { state throws(SandboxError) in
            let host = state.host ?? HostFacts.current(namespace, isolation)
            state.host = host
            var resources = Resources(host: host)
            // Without CAP_SYS_ADMIN a filter would cost the step its setuid programs, and whatever refuses us namespaces has one
            // of its own.
            if security == .default, !host.changesRoot {
                if state.filter == nil {
                    state.filter = try MemoryFile(name: "slipway-seccomp", bytes: SeccompFilter.make())
                }
                resources.filter = state.filter
            }
            // A step without confinement has no filter, unless it could not be anybody else but 0.
            if let scope = host.notifications, scope == .identities || security == .default {
                if state.notificationFilter == nil {
                    state.notificationFilter = try MemoryFile(
                        name: "slipway-notify", bytes: NotificationFilter.make(scope))
                }
                resources.notifications = state.notificationFilter
            }
            return resources
        }
    }

    /// The words of the program that serves a root; nil where none does.
    private static func server(of root: RootFilesystem) throws(SandboxError) -> MemoryFile? {
        guard case .userspaceOverlay(let overlay) = root else { return nil }
        return try MemoryFile(name: "slipway-server", bytes: overlay.words)
    }

    /// - Parameters:
    ///   - server: the words of what serves the root.
    ///   - payload: the words of what connects a private network.
    func start(
        _ run: Run, id: UInt64, namespaces: Namespaces, server: MemoryFile? = nil, payload: [UInt8] = [],
        descriptors: [Int32]
    ) {
        let refusal: (any Error)? = state.withLock { state in
            // Under the same lock as `kill`: either it sees the run, or the cancellation is seen here.
            if Task.isCancelled { return CancellationError() }
            if state.isLost { return SandboxError.launcherGone }
            listen(&state)
            var error: Int32 = 0
            if let server { error = send(CSANDBOX_SERVE, id: id, descriptors: [server.descriptor]) }
            if error == 0 {
                error = send(
                    CSANDBOX_RUN, id: id, value: namespaces.rawValue, payload: payload, descriptors: descriptors)
            }
            guard error == 0 else {
                return SandboxError(
                    .launcherLost, "the sandbox launcher does not answer", cause: Errno(rawValue: error))
            }
            state.runs[id] = run
            // Not before: what is sent to nobody is lost.
            state.runs[id]?.forwarding = run.signals.map { signals in
                Task { for await signal in signals { self.signal(signal, to: id) } }
            }
            return nil
        }
        if let refusal { run.continuation.resume(throwing: refusal) }
    }

    private func signal(_ number: Int32, to id: UInt64) {
        guard number > 0 else { return }
        state.withLock { state in
            if state.runs[id] != nil { _ = send(CSANDBOX_SIGNAL, id: id, value: UInt32(number)) }
        }
    }

    private func kill(_ id: UInt64) {
        state.withLock { state in
            // A failure means that the launcher is gone, and with it the sandbox.
            if state.runs[id] != nil { _ = send(CSANDBOX_KILL, id: id) }
        }
    }
}

extension SandboxError {
    static let launcherGone = SandboxError(.launcherLost, "the sandbox launcher has ended")
}
