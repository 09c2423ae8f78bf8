import Archive
import FileSystem
import Glibc
import SystemPackage

/// A file that a command writes: there as a whole or not at all.
enum OutputFile {
    /// Has `body` write a file, under another name first. What exists at `path` and is no regular file, such as
    /// `/dev/stdout` or a named pipe, is written to in place.
    static func write(to path: FilePath, _ body: (any ByteSink) throws -> Void) throws {
        var status = stat()
        let exists = path.withPlatformString { stat($0, &status) } == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
            return try file.closeAfter { try body(FileSink(file)) }
        }
        let temporary = FilePath(path.string + ".slipway-" + String(UInt64.random(in: .min ... .max), radix: 36))
        do {
            let file = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter {
                try body(FileSink(file))
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unlink(temporary.string)
            guard let cause = error as? Errno else { throw error }
            throw CommandFailure("cannot write \(path): \(cause)")
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
