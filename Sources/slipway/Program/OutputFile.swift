import Archive
import BuildEngine
import FileSystem
import Glibc
import SystemPackage

/// A file that a command writes: there as a whole or not at all.
enum OutputFile {
    /// Has `body` write a file, under another name first. What exists at `path` and is no regular file, such as
    /// `/dev/stdout` or a named pipe, is written to in place.
    static func write(to path: FilePath, _ body: (any ByteSink) throws -> Void) throws {
        do {
            try AtomicOutput.write(to: path, body)
        } catch let cause as Errno {
            throw CommandFailure("cannot write \(path): \(cause)")
        } catch let cause as FileSystemError {
            throw CommandFailure("cannot write \(path): \(cause.code)")
        }
    }

    /// Removes what a former run may have written.
    static func remove(_ path: FilePath) throws(CommandFailure) {
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        guard unlink(path.string) == 0 || errno == ENOENT else {
            throw CommandFailure("cannot remove \(path): \(Errno(rawValue: errno))")
        }
    }

    /// Writes bytes that are there, in the same way.
    static func write(_ bytes: [UInt8], to path: FilePath) throws {
        try write(to: path) { sink in
            try sink.write(bytes)
            try sink.finish()
        }
    }
}
