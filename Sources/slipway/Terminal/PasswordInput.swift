import Glibc
import SystemPackage

/// What a person or a pipe says a password is.
enum PasswordInput {
    /// Passwords longer than this, in bytes, are refused; tokens of some registries have a few thousand.
    private static let limit = 64 * 1024

    /// All that a pipe or file holds, without the line break at its end.
    static func line(of input: FileDescriptor) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw CommandLineError("the password is longer than \(limit) bytes") }
        }
        return try text(bytes)
    }

    /// A line that is typed on a terminal.
    ///
    /// - Parameter isHidden: whether the terminal shows nothing of it; it is as before in any case at the end.
    static func line(ofTerminal terminal: FileDescriptor, isHidden: Bool) throws -> String {
        var before = termios()
        guard tcgetattr(terminal.rawValue, &before) == 0 else { throw Errno(rawValue: errno) }
        if isHidden {
            var hidden = before
            hidden.c_lflag &= ~tcflag_t(ECHO)
            guard tcsetattr(terminal.rawValue, TCSAFLUSH, &hidden) == 0 else { throw Errno(rawValue: errno) }
        }
        defer { if isHidden { tcsetattr(terminal.rawValue, TCSAFLUSH, &before) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            // Ctrl-C cancels the task and must leave a terminal that shows what is typed.
            try Task.checkCancellation()
            var ready = pollfd(fd: terminal.rawValue, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, 100) > 0 else { continue }
            let count = try buffer.withUnsafeMutableBytes { try terminal.read(into: $0) }
            bytes += buffer[..<count]
            if count == 0 || bytes.last == 0x0A { return try text(bytes) }
            guard bytes.count <= limit else { throw CommandLineError("the password is longer than \(limit) bytes") }
        }
    }

    private static func text(_ bytes: [UInt8]) throws(CommandLineError) -> String {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw CommandLineError("the password is not UTF-8")
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
