import Dispatch
import Glibc
import Sandbox
import Synchronization
import SystemPackage

/// Stands between the program's terminal and a pseudo-terminal with a process in it: keys one way, output the other.
final class TerminalRelay: Sendable {
    private let terminal: PseudoTerminal
    /// Where keys come from; nil for nowhere.
    private let input: FileDescriptor?
    private let output: FileDescriptor
    /// A pipe that wakes the thread.
    private let wakeReader: FileDescriptor
    private let wakeWriter: FileDescriptor
    private let isEnding = Atomic(false)

    /// The one that is to be told when the terminal's size changes.
    private static let current = Mutex<TerminalRelay?>(nil)

    private init(_ terminal: PseudoTerminal, input: FileDescriptor?, output: FileDescriptor) throws {
        self.terminal = terminal
        self.input = input
        self.output = output
        (wakeReader, wakeWriter) = try FileDescriptor.pipe()
        for descriptor in [wakeReader, wakeWriter] {
            _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor.rawValue, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(wakeReader.rawValue)
        close(wakeWriter.rawValue)
    }

    /// Gives `body` a terminal for a process, shows what the process writes there, and hands keys on to it until `body`
    /// ends.
    ///
    /// - Parameters:
    ///   - input: a terminal, which is as before at the end, whatever happens; nil where nobody types.
    ///   - output: where it is shown. A terminal's size becomes that of the process's.
    static func use<Result: Sendable>(
        input: FileDescriptor?, output: FileDescriptor, _ body: (FileDescriptor) async throws -> Result
    ) async throws -> Result {
        let terminal = try PseudoTerminal()
        let relay = try TerminalRelay(terminal, input: input, output: output)
        if let input {
            var settings = try RawTerminal.enter(input)
            // The same keys erase and interrupt as outside.
            _ = tcsetattr(terminal.terminal.rawValue, TCSANOW, &settings)
        }
        defer { RawTerminal.restore() }
        relay.resize()
        current.withLock { $0 = relay }
        defer { current.withLock { $0 = nil } }
        // A thread of its own: it does nothing but wait.
        async let relayed: Void = withCheckedContinuation { continuation in
            DispatchQueue(label: "slipway.terminal").async {
                relay.relay()
                continuation.resume()
            }
        }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(terminal.terminal)) } catch { result = .failure(error) }
        terminal.closeTerminal()
        relay.isEnding.store(true, ordering: .releasing)
        relay.wake()
        await relayed
        return try result.get()
    }

    /// The size of the program's terminal has changed (SIGWINCH).
    static func sizeHasChanged() { current.withLock { $0 }?.resize() }

    private func resize() {
        var size = winsize()
        let known = [output, input].compactMap { $0 }.contains { ioctl($0.rawValue, UInt(TIOCGWINSZ), &size) == 0 }
        // The processes in the terminal are told by the kernel.
        if known, size.ws_col > 0 { _ = ioctl(terminal.controller.rawValue, UInt(TIOCSWINSZ), &size) }
    }

    private func wake() {
        var byte: UInt8 = 0
        _ = write(wakeWriter.rawValue, &byte, 1)
    }

    // MARK: The thread

    private func relay() {
        var keys: [UInt8] = []
        var isInputOpen = input != nil
        var isOutputOpen = true
        while true {
            let ending = isEnding.load(ordering: .acquiring)
            if let input, isInputOpen, keys.isEmpty, !ending, isReady(input) {
                keys = Self.read(input) ?? []
                isInputOpen = !keys.isEmpty
            }
            if !keys.isEmpty { send(&keys) }
            guard let text = Self.read(terminal.controller) else {
                if ending { return }
                wait(forKeys: isInputOpen && keys.isEmpty, toSend: !keys.isEmpty)
                continue
            }
            // Nobody has the other side open any more.
            if text.isEmpty { return }
            if isOutputOpen { isOutputOpen = show(text) }
        }
    }

    private func isReady(_ descriptor: FileDescriptor) -> Bool {
        var ready = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&ready, 1, 0) > 0
    }

    private func wait(forKeys: Bool, toSend: Bool) {
        let events = Int16(POLLIN) | (toSend ? Int16(POLLOUT) : 0)
        var waited = [
            pollfd(fd: wakeReader.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: terminal.controller.rawValue, events: events, revents: 0),
        ]
        if forKeys, let input { waited.append(pollfd(fd: input.rawValue, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&waited, nfds_t(waited.count), -1)
    }

    /// Hands on as many keys as the terminal takes.
    private func send(_ keys: inout [UInt8]) {
        let count = keys.withUnsafeBytes { write(terminal.controller.rawValue, $0.baseAddress, $0.count) }
        if count > 0 {
            keys.removeFirst(count)
        } else if errno != EAGAIN, errno != EINTR {
            keys = []
        }
    }

    /// Whether anybody still looks.
    private func show(_ text: [UInt8]) -> Bool {
        do {
            try ByteOutput.descriptor(output.rawValue).write(text)
            return true
        } catch {
            return false
        }
    }

    /// What there is; nil for nothing right now, empty at the end.
    private static func read(_ descriptor: FileDescriptor) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor.rawValue, $0.baseAddress, $0.count) }
        guard count >= 0 else { return errno == EAGAIN || errno == EINTR ? nil : [] }
        return Array(buffer[..<count])
    }
}
