import Glibc
import SystemPackage

/// Where a command writes its results or its diagnostics: a file descriptor in the program, memory in a test.
struct ByteOutput: Sendable {
    /// Writes all bytes or throws.
    var write: @Sendable ([UInt8]) throws(OutputError) -> Void
    /// What a process that is started gets as its own; `nil` for memory.
    var descriptor: FileDescriptor?
    /// Whether a person looks at it.
    var isTerminal: Bool
    /// The size of that terminal now.
    var size: @Sendable () -> TerminalSize?

    /// Writes text.
    func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

    /// Writes text and a line feed.
    func writeLine(_ text: String) throws(OutputError) { try write(text + "\n") }
}

/// Output that cannot be written.
struct OutputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The number of the system's error.
    var errno: Int32

    var description: String { "cannot write the output: \(Errno(rawValue: errno))" }

    /// Whether nobody reads the output any more.
    var isBrokenPipe: Bool { errno == EPIPE }
}

extension ByteOutput {
    /// An open file descriptor of the process; writing to it blocks.
    static func descriptor(_ descriptor: Int32) -> ByteOutput {
        ByteOutput(
            write: { bytes throws(OutputError) in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                    if count >= 0 {
                        rest = rest.dropFirst(count)
                    } else if errno == EAGAIN {
                        // The descriptor is shared with whoever made it non-blocking.
                        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        poll(&ready, 1, -1)
                    } else if errno != EINTR {
                        throw OutputError(errno: errno)
                    }
                }
            },
            descriptor: FileDescriptor(rawValue: descriptor), isTerminal: isatty(descriptor) == 1,
            size: { TerminalSize.ofTerminal(descriptor) })
    }
}
