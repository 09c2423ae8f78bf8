internal import Archive
internal import FileSystem
internal import SystemPackage

/// Copies the files of a layer's entries into its archive and, if there is one, into its directory.
///
/// A file that is not what its entry says, or does not stay so while it is read, ends the layer with an error: in an
/// archive it would be cut or filled up in silence.
struct EntrySource {
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)

    /// Writes one entry.
    mutating func write(_ entry: LayerEntry, to writer: TarWriter, builder: TreeBuilder?) throws {
        guard entry.entry.kind == .file else {
            try writer.write(entry.entry)
            try builder?.add(entry.entry) { _ in }
            return
        }
        switch entry.source {
        case .none:
            guard entry.entry.size == 0 else {
                throw LayerStoreError(.invalidEntry, "\(entry.entry.path) has a size but no contents")
            }
            try writer.write(entry.entry)
            try builder?.add(entry.entry) { _ in }
        case .bytes(let bytes):
            guard entry.entry.size == Int64(bytes.count) else {
                throw LayerStoreError(.invalidEntry, "\(entry.entry.path) has another size than its contents")
            }
            try writer.write(entry.entry, contents: bytes)
            try builder?.add(entry.entry) { try $0.writeAll(bytes, path: entry.entry.path) }
        case .file(let directory, let path):
            let source = try directory.openFile(beneath: path)
            defer { source.closeAfterReading() }
            let before = try check(source, entry.entry, path: path)
            try writer.write(entry.entry)
            if let builder {
                try builder.add(entry.entry) { target in
                    // Blocks that can be shared need not be written; the archive is read all the same.
                    let isCloned = FileCopy.clone(source, to: target)
                    try copy(source, entry.entry, to: writer, and: isCloned ? nil : target)
                }
            } else {
                try copy(source, entry.entry, to: writer, and: nil)
            }
            let after = try source.status(path: path)
            guard before.size == after.size, before.mtime == after.mtime, before.ctime == after.ctime else {
                throw changed(entry.entry)
            }
        }
    }

    private func check(_ source: FileDescriptor, _ entry: TarEntry, path: FilePath) throws -> FileStatus {
        let status = try source.status(path: path)
        guard status.kind == .regular, status.size == UInt64(entry.size) else { throw changed(entry) }
        return status
    }

    private mutating func copy(
        _ source: FileDescriptor, _ entry: TarEntry, to writer: TarWriter, and target: FileDescriptor?
    ) throws {
        var left = entry.size
        while left > 0 {
            let length = try unsafe buffer.withUnsafeMutableBytes { buffer in
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(clamping: left)))
                return try unsafe source.read(into: room)
            }
            guard length > 0 else { throw changed(entry) }
            try writer.write(contents: buffer.span.extracting(..<length))
            if let target {
                try unsafe buffer.withUnsafeBytes { bytes in
                    try unsafe target.writeAll(UnsafeRawBufferPointer(rebasing: bytes[..<length]), path: entry.path)
                }
            }
            left -= Int64(length)
        }
    }

    private func changed(_ entry: TarEntry) -> LayerStoreError {
        LayerStoreError(.sourceChanged, "\(entry.path) changed while it was being copied: build again")
    }
}
