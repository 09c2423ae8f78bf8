public import Archive
public import FileSystem
internal import SystemPackage

/// A directory with everything in it as a tar archive, and back: unlike a layer it has no whiteouts, and times keep their
/// fractions.
///
/// The archive depends on nothing but the directory: entries in the order of `TreeWalk`, the directory itself first. Owners
/// are those that this process sees. Sockets are left out.
public enum DirectoryArchive {
    private struct Inode: Hashable {
        var device: UInt64
        var number: UInt64
    }

    /// Writes the archive and finishes the sink.
    ///
    /// - Throws: `ArchiveError`, `sizeMismatch` when a file changes meanwhile; `FileSystemError`; `CancellationError`; what
    ///   the sink throws.
    public static func write(_ directory: DirectoryHandle, to sink: any ByteSink) throws {
        let writer = TarWriter(to: sink, options: TarWriter.Options(keepsExactTimes: true))
        let top = try directory.status()
        try writer.write(
            TarEntry(
                path: "", kind: .directory, mode: top.mode, uid: top.uid, gid: top.gid, mtime: top.mtime,
                xattrs: directory.extendedAttributes.all(where: LayerAttributes.isKept)))
        var firstNames: [Inode: FilePath] = [:]
        try TreeWalk(directory).run { item in
            try Task.checkCancellation()
            if item.status.linkCount > 1, item.status.kind != .directory, item.status.kind != .socket {
                let inode = Inode(device: item.status.device, number: item.status.inode)
                if let first = firstNames[inode] {
                    try writer.write(entry(item, .hardLink(first)))
                    return .skip
                }
                firstNames[inode] = item.path
            }
            try write(item, to: writer)
            return .descend
        }
        try writer.finish()
    }

    private static func write(_ item: TreeWalk.Entry, to writer: TarWriter) throws {
        switch item.status.kind {
        case .regular:
            try item.directory.withFile(item.name) { file in
                let attributes = ExtendedAttributes(of: file, path: item.directory.pathOf(item.name))
                var entry = entry(item, .file, try attributes.all(where: LayerAttributes.isKept))
                guard let size = Int64(exactly: item.status.size) else {
                    throw LayerStoreError(.unrepresentable, "\(item.path) is too large for an archive")
                }
                entry.size = size
                try writer.write(entry, contentsOf: file)
            }
        case .directory:
            let attributes = item.directory.extendedAttributes(of: item.name)
            try writer.write(entry(item, .directory, try attributes.all(where: LayerAttributes.isKept)))
        case .symbolicLink:
            try writer.write(entry(item, .symlink(try item.directory.readLink(item.name))))
        case .characterDevice: try writer.write(entry(item, .characterDevice(item.status.specialDevice)))
        case .blockDevice: try writer.write(entry(item, .blockDevice(item.status.specialDevice)))
        case .fifo: try writer.write(entry(item, .fifo))
        case .socket: return
        }
    }

    private static func entry(
        _ item: TreeWalk.Entry, _ kind: TarEntry.Kind, _ attributes: [ExtendedAttribute] = []
    ) -> TarEntry {
        TarEntry(
            path: item.path, kind: kind, mode: item.status.mode, uid: item.status.uid, gid: item.status.gid,
            mtime: item.status.mtime, xattrs: attributes)
    }

    /// Unpacks an archive, compressed or not, into an empty directory.
    ///
    /// The archive is not trusted: nothing is written outside of the directory, whatever its names and links say.
    ///
    /// - Throws: `LayerStoreError`: `invalidEntry`, `unmappedOwner`; `ArchiveError`, `limitExceeded` beyond the limits;
    ///   `FileSystemError`; `CancellationError`. What was unpacked until then stays.
    public static func unpack(
        _ source: any ByteSource, into directory: DirectoryHandle, limits: UnpackLimits = UnpackLimits()
    ) throws {
        let decompressor = try Decompressor.open(source, limits: limits.decompression(ofArchive: nil))
        var budget = UnpackBudget(limits, archiveSize: nil)
        let reader = TarReader(decompressor)
        let builder = try TreeBuilder(root: directory, readsWhiteouts: false)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while let entry = try reader.next() {
            try Task.checkCancellation()
            try budget.take(entry, read: decompressor.inputCount)
            let implied = builder.impliedCount
            try builder.add(entry) { file in
                while true {
                    let length = try unsafe buffer.withUnsafeMutableBytes { try unsafe reader.read(into: $0) }
                    if length == 0 { return }
                    try unsafe buffer.withUnsafeBytes { bytes in
                        try unsafe file.writeAll(UnsafeRawBufferPointer(rebasing: bytes[..<length]), path: entry.path)
                    }
                }
            }
            try budget.take(
                directories: builder.impliedCount - implied, bytes: entry.path.length, read: decompressor.inputCount)
        }
        try reader.drain()
        _ = try builder.finish()
    }
}
