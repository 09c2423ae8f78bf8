internal import FileSystem
public import SystemPackage

/// A file that a stream is written to and that is there whole or not at all.
public enum AtomicOutput {
    /// Writes to a temporary name beside `path`, syncs and renames. Something that is no regular file, such as a pipe, is
    /// written to as it is.
    ///
    /// Throws `FileSystemError` or `Errno` for the file, and what `body` throws.
    public static func write(to path: FilePath, _ body: (any ByteSink) throws -> Void) throws {
        let parentPath = path.removingLastComponent()
        let parent = try DirectoryHandle(parentPath.isEmpty ? "." : parentPath)
        guard let last = path.lastComponent, let name = FileName(last) else { throw Errno.isDirectory }
        if let status = try parent.statusIfExists(of: name) {
            guard status.kind != .directory else { throw Errno.isDirectory }
            // Only a link is tried: whoever reads a pipe would take the end of the trial for the end of the stream.
            let isFile = status.kind == .regular
            if try status.kind == .symbolicLink ? leadsToNoFile(path) : !isFile { return try writeInPlace(path, body) }
        }
        let text = ".\(last.string).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        guard let temporary = FileName(text) else { throw Errno.fileNameTooLong }
        let file = try parent.createFile(temporary, mode: 0o644)
        do {
            try file.closeAfter {
                try body(FileSink(file, isSynchronizedNext: true))
                try file.synchronize(path: path)
            }
            try parent.rename(temporary, to: name, in: parent)
            try parent.synchronize()
        } catch {
            try parent.removeTree(temporary)
            throw error
        }
    }

    /// Whether a link, such as `/dev/stdout`, leads to something that is no regular file.
    private static func leadsToNoFile(_ path: FilePath) throws -> Bool {
        do {
            let file = try FileDescriptor.open(path, .writeOnly, options: [.closeOnExec, .nonBlocking])
            defer { file.closeAfterReading() }
            return try file.status(path: path).kind != .regular
        } catch Errno.noSuchFileOrDirectory {
            return false
        } catch Errno.noSuchAddressOrDevice {
            // A pipe that nobody reads yet.
            return true
        }
    }

    private static func writeInPlace(_ path: FilePath, _ body: (any ByteSink) throws -> Void) throws {
        let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
        try file.closeAfter { try body(FileSink(file)) }
    }
}
