internal import SystemPackage

/// A file that is open for reading as long as anybody holds this.
final class OpenFile: Sendable {
    private let descriptor: FileDescriptor

    init(_ path: FilePath) throws(TransferError) {
        do { descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) } catch {
            throw TransferError(.invalidConfiguration, "cannot open \(path): \(error)", cause: error)
        }
    }

    /// Reads bytes from an offset on; fewer than wanted, and 0 only at the end.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try descriptor.read(fromAbsoluteOffset: offset, into: buffer)
    }

    // Only read from: nothing can be lost.
    deinit { try? descriptor.close() }
}
