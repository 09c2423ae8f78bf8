public import SystemPackage

/// A sink which writes to an open file descriptor at its current position.
///
/// The descriptor belongs to the caller, who keeps it open while the sink is used, synchronises and closes it.
public final class FileSink: ByteSink {
    private let descriptor: FileDescriptor

    /// Makes a sink of `descriptor`: a file, a pipe or a socket, in blocking mode.
    public init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Writes all of `bytes` to the descriptor.
    ///
    /// - Throws: ``ArchiveError`` with the code `inputOutput`.
    public func write(_ bytes: Span<UInt8>) throws {
        do {
            _ = try unsafe bytes.withUnsafeBytes { try unsafe descriptor.writeAll($0) }
        } catch {
            throw ArchiveError(.inputOutput, "cannot write", cause: error)
        }
    }

    /// Does nothing: nothing is held back.
    public func finish() throws {}
}
