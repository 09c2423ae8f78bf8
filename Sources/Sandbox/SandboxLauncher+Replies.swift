internal import CSandbox
internal import Dispatch
internal import Glibc
internal import Synchronization
internal import SystemPackage

extension SandboxLauncher {
    /// Starts listening to the launcher, once.
    func listen(_ state: inout State) {
        guard state.reader == nil else { return }
        let queue = DispatchQueue(label: "slipway.sandbox.replies", qos: .userInitiated)
        let reader = DispatchSource.makeReadSource(fileDescriptor: control, queue: queue)
        reader.setEventHandler { [weak self] in self?.receive() }
        reader.activate()
        state.reader = reader
    }

    private func receive() {
        var reply = csandbox_reply()
        while true {
            switch unsafe csandbox_receive(control, &reply) {
            case 1: handle(reply)
            case -EAGAIN: return
            default: return lose()
            }
        }
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
            state.reader?.cancel()
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
