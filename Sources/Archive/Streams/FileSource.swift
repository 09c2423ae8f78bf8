public import SystemPackage

/// A source which reads from an open file descriptor at its current position.
///
/// The descriptor belongs to the caller, who keeps it open while the source is used, and closes it.
public final class FileSource: ByteSource {
    private let descriptor: FileDescriptor

    /// Makes a source of `descriptor`: a file, a pipe or a socket, in blocking mode.
    public init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Reads once from the descriptor.
    ///
    /// - Throws: ``ArchiveError`` with the code `inputOutput`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        do {
            return try unsafe descriptor.read(into: buffer)
        } catch {
            throw ArchiveError(.inputOutput, "cannot read", cause: error)
        }
    }
}
