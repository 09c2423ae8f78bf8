internal import CSandbox
internal import Dispatch
internal import Synchronization
internal import SystemPackage

extension SandboxLauncher {
    /// Starts listening to the launcher, once: a thread that waits. Not a dispatch source: when the launcher
    /// hangs up, libdispatch (Swift 6.3.1, Linux) crashes now and then, as it did with the pipes of the output.
    func listen(_ state: inout State) {
        guard !state.isListening else { return }
        state.isListening = true
        DispatchQueue(label: "slipway.sandbox.replies", qos: .userInitiated).async { self.receive() }
    }

    private func receive() {
        var reply = csandbox_reply()
        while unsafe csandbox_receive(control, &reply) == 1 { handle(reply) }
        lose()
    }

    private func handle(_ reply: csandbox_reply) {
        let ended = state.withLock { state -> Run? in
            if reply.kind == CSANDBOX_FAILED.rawValue {
                if let command = state.runs[reply.id]?.command {
                    state.runs[reply.id]?.failure = StartFailure(reply).error(for: command)
                }
                return nil
            }
            return state.runs.removeValue(forKey: reply.id)
        }
        guard let ended else { return }
        ended.forwarding?.cancel()
        if let failure = ended.failure { return ended.continuation.resume(throwing: failure) }
        ended.continuation.resume(returning: Termination(reply))
    }

    /// The launcher is gone, and with it, by their parent-death signal, all sandboxes.
    func lose() {
        let orphans = state.withLock { state in
            defer { state.runs = [:] }
            state.isLost = true
            return Array(state.runs.values)
        }
        for run in orphans {
            run.forwarding?.cancel()
            run.continuation.resume(throwing: SandboxError.launcherGone)
        }
    }
}

extension Termination {
    init(_ reply: csandbox_reply) {
        // wait(2): the low 7 bits are the signal, the next 8 the exit code.
        let signal = reply.status & 0x7f
        status = signal == 0 ? .exited(UInt8(truncatingIfNeeded: reply.status >> 8)) : .signaled(signal)
        usage = ResourceUsage(
            userTime: .microseconds(reply.user_microseconds), systemTime: .microseconds(reply.system_microseconds),
            peakMemory: reply.peak_kibibytes << 10)
    }
}
