import Archive
import FileSystem
import SystemPackage

/// A file that a stream is written to and that is there whole or not at all.
enum OutputFile {
    /// Writes to a temporary name beside `path`, syncs and renames. Something that is no regular file, such as a pipe, is
    /// written to as it is.
    static func write(_ path: FilePath, _ body: (any ByteSink) throws -> Void) throws {
        let parentPath = path.removingLastComponent()
        let parent = try DirectoryHandle(parentPath.isEmpty ? "." : parentPath)
        guard let last = path.lastComponent, let name = FileName(last) else { throw Errno.isDirectory }
        if let status = try parent.statusIfExists(of: name) {
            guard status.kind != .directory else { throw Errno.isDirectory }
            if status.kind != .regular, status.kind != .symbolicLink {
                let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
                return try file.closeAfter { try body(FileSink(file)) }
            }
        }
        let text = ".\(last.string).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        guard let temporary = FileName(text) else { throw Errno.fileNameTooLong }
        let file = try parent.createFile(temporary, mode: 0o644)
        do {
            try file.closeAfter {
                try body(FileSink(file))
                try file.synchronize(path: path)
            }
            try parent.rename(temporary, to: name, in: parent)
            try parent.synchronize()
        } catch {
            try parent.removeTree(temporary)
            throw error
        }
    }
}
