import Glibc
import Sandbox
import Synchronization

/// Runs a command while the main thread waits for signals.
///
/// Waiting in sigtimedwait(2) rather than in handlers: what follows a signal is ordinary code. The price is that nothing
/// may be isolated to the main actor, whose thread this is.
enum SignalLoop {
    /// How long a cancelled command may take to clean up. Whoever pressed Ctrl-C has the prompt back within two seconds;
    /// what is left then is cleaned up by the launcher.
    private static let graceSeconds = 1.7

    static func run(_ command: any SlipwayCommand, in context: CommandContext) -> Never {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        var all = signals
        sigaddset(&all, SIGWINCH)
        // Before the first thread starts, so that all of them inherit it and the signals stay for this one.
        pthread_sigmask(SIG_BLOCK, &all, nil)

        var context = context
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        context.signals = stream
        let received = ReceivedSignal()
        let task = Task { [context] in
            let code = await Program.execute(command, in: context)
            context.launcher?.shutdown()
            RawTerminal.restore()
            // Not exit(3): it would run destructors of libraries whose threads still use what they destroy, and there are
            // no buffers of stdio to flush.
            _exit(received.exitCode(of: code).rawValue)
        }
        while true {
            let signal = wait(for: all, seconds: nil)
            guard signal > 0 else { continue }
            if signal == SIGWINCH {
                TerminalRelay.sizeHasChanged()
                continue
            }
            if command.signalHandling == .forward {
                continuation.yield(signal)
                continue
            }
            received.set(signal)
            task.cancel()
            _ = wait(for: signals, seconds: graceSeconds)
            abandon(signal, context)
        }
    }

    /// Ends the program while the command still runs: it did not end in time, or there was a second signal.
    private static func abandon(_ signal: Int32, _ context: CommandContext) -> Never {
        RawTerminal.restore()
        // The live view may have hidden the cursor.
        if context.standardError.isTerminal, context.environment["TERM"] != "dumb" {
            do { try context.standardError.write("\u{1B}[?25h\n") } catch { _exit(128 + signal) }
        }
        _exit(128 + signal)
    }

    /// The number of the signal that came; something else if none came in time.
    private static func wait(for signals: sigset_t, seconds: Double?) -> Int32 {
        var signals = signals
        guard let seconds else { return sigtimedwait(&signals, nil, nil) }
        var timeout = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        return sigtimedwait(&signals, nil, &timeout)
    }
}

/// The signal that ended a command, if one did.
private final class ReceivedSignal: Sendable {
    private let signal = Atomic<Int32>(0)

    func set(_ signal: Int32) { self.signal.store(signal, ordering: .releasing) }

    /// A command that failed after a signal failed because of it; one that had succeeded has succeeded.
    func exitCode(of code: ExitCode) -> ExitCode {
        let signal = signal.load(ordering: .acquiring)
        return signal == 0 || code == .success ? code : ExitCode(rawValue: 128 + signal)
    }
}
