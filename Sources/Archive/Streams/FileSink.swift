internal import FileSystem
public import SystemPackage

/// A sink which writes to an open file descriptor at its current position.
///
/// The descriptor belongs to the caller, who keeps it open while the sink is used, synchronises and closes it.
public final class FileSink: ByteSink {
    /// How many bytes are left to the kernel's leisure, at most, where a sync follows.
    private static let backlog: Int64 = 4 << 20

    private let descriptor: FileDescriptor
    private let isSynchronizedNext: Bool
    private var written: Int64 = 0
    private var started: Int64 = 0

    /// Makes a sink of `descriptor`: a file, a pipe or a socket, in blocking mode.
    ///
    /// - Parameter isSynchronizedNext: whether the descriptor is a new file that will be synchronised as soon as it is
    ///   written, so that the disk had better begin at once.
    public init(_ descriptor: FileDescriptor, isSynchronizedNext: Bool = false) {
        self.descriptor = descriptor
        self.isSynchronizedNext = isSynchronizedNext
    }

    /// Writes all of `bytes` to the descriptor.
    ///
    /// - Throws: ``ArchiveError`` with the code `inputOutput`.
    public func write(_ bytes: Span<UInt8>) throws {
        do {
            _ = try unsafe bytes.withUnsafeBytes { try unsafe descriptor.writeAll($0) }
            written += Int64(bytes.count)
            if isSynchronizedNext, written - started >= Self.backlog {
                descriptor.startWriteback(of: started..<written)
                started = written
            }
        } catch {
            throw ArchiveError(.inputOutput, "cannot write", cause: error)
        }
    }

    /// Does nothing: nothing is held back.
    public func finish() throws {}
}
