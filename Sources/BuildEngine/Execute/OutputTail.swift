import Synchronization

/// The last lines that a process wrote, for the message when it fails.
final class OutputTail: Sendable {
    private struct State {
        var lines: [String] = []
        var partial: [UInt8] = []
    }

    private let state = Mutex(State())
    private let limit: Int

    /// Keeps `limit` lines, each of 1,000 bytes at most.
    init(limit: Int = 20) { self.limit = limit }

    func append(_ bytes: [UInt8]) {
        state.withLock { state in
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    Self.end(&state, limit)
                } else if state.partial.count < 1_000 {
                    state.partial.append(byte)
                }
            }
        }
    }

    var lines: [String] {
        state.withLock { state in
            if !state.partial.isEmpty { Self.end(&state, limit) }
            return state.lines
        }
    }

    private static func end(_ state: inout State, _ limit: Int) {
        var line = String(decoding: state.partial, as: UTF8.self)
        if line.hasSuffix("\r") { line.removeLast() }
        state.lines.append(line)
        state.partial.removeAll()
        if state.lines.count > limit { state.lines.removeFirst() }
    }
}
