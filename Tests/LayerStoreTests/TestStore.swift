import Archive
import ContentStore
import FileSystem
import Glibc
import LayerStore
import OCI
import SystemPackage
import Testing

/// A store of a test's own, and a directory beside it; both removed when the last reference goes.
final class TestStore: Sendable {
    let directory: FilePath
    let top: DirectoryHandle
    let store: ContentStore
    let layers: LayerStore

    init() throws {
        let name = "slipway-layers-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try DirectoryHandle("/tmp").makeDirectory(try #require(FileName(name)), mode: 0o755)
        directory = FilePath("/tmp").appending(name)
        top = try DirectoryHandle(directory)
        store = try ContentStore.open(root: directory.appending("store"))
        layers = LayerStore(store: store)
    }

    deinit {
        do { try removeTree(directory) } catch { print("left behind: \(error)") }
    }

    /// The archive of these entries, each with its contents, as it stands: not sorted, nothing checked.
    static func archive(_ entries: [(TarEntry, String)]) throws -> [UInt8] {
        let sink = MemorySink()
        let writer = TarWriter(to: sink)
        for (entry, text) in entries {
            if entry.kind == .file {
                try writer.write(entry, contents: Array(text.utf8))
            } else {
                try writer.write(entry)
            }
        }
        try writer.finish()
        return sink.bytes
    }

    /// Stores an archive as a blob and unpacks it; gives the DiffID.
    @discardableResult
    func unpack(_ entries: [(TarEntry, String)]) async throws -> Digest {
        try await unpack(Self.archive(entries))
    }

    @discardableResult
    func unpack(_ archive: [UInt8]) async throws -> Digest {
        let blob = try store.put(archive, mediaType: .ociLayer)
        try await layers.unpack(diffID: blob.digest, blob: blob)
        return blob.digest
    }

    func tree(_ diffID: Digest) throws -> DirectoryHandle {
        try DirectoryHandle(layers.directory(of: diffID))
    }

    /// The entries of the layer's archive, as a blob of it has them.
    func entries(_ diffID: Digest, compression: Compression = .uncompressed) async throws -> [TarEntry] {
        let blob = try await layers.blob(for: diffID, compression: compression)
        return try store.withSource(of: blob.digest) { source in
            let reader = TarReader(try Decompressor.open(source))
            var entries: [TarEntry] = []
            while let entry = try reader.next() { entries.append(entry) }
            return entries
        }
    }

    /// The names in the temporary directories of the store, but for the locks.
    func leftovers() throws -> [String] {
        var found: [String] = []
        try TreeWalk(DirectoryHandle(store.root.appending("tmp"))).run { entry in
            if entry.pathBytes.contains(UInt8(ascii: "/")), entry.name != "lock" { found.append("\(entry.path)") }
            return .descend
        }
        return found
    }

    /// Whether this process may make device nodes, as root of the machine may and root of a user namespace may not.
    var canMakeDevices: Bool {
        do {
            try top.makeNode("probe", kind: .characterDevice, device: DeviceNumber(major: 1, minor: 3))
            try top.removeFile("probe")
            return true
        } catch {
            return false
        }
    }
}

/// Runs a line of shell; its exit status.
@discardableResult
func shell(_ line: String) -> Int32 {
    let status = unsafe system(line)
    return status & 0x7f == 0 ? (status >> 8) & 0xff : -1
}

extension DirectoryHandle {
    func write(_ text: String, to name: FileName) throws {
        let file = try createFile(name, mode: 0o644)
        try file.writeAll(Array(text.utf8), path: pathOf(name))
        try file.close()
    }

    func read(_ path: FilePath) throws -> String {
        let file = try openFile(beneath: path)
        defer { file.closeAfterReading() }
        return String(decoding: try file.readAll(limit: 1 << 22, path: path), as: UTF8.self)
    }

    func status(at path: FilePath) throws -> FileStatus {
        var directory = self
        for component in path.components.dropLast() {
            directory = try directory.openDirectory(try #require(FileName(component)))
        }
        return try directory.status(of: try #require(path.lastComponent.flatMap(FileName.init)))
    }
}

/// Short forms of entries. Times are 2001-02-03 unless a test is about them.
enum Entry {
    static let time = Timestamp(seconds: 981_158_400)

    static func file(_ path: FilePath, _ text: String = "", mode: UInt16 = 0o644) -> (TarEntry, String) {
        (TarEntry(path: path, kind: .file, mode: mode, size: Int64(text.utf8.count), mtime: time), text)
    }

    static func directory(_ path: FilePath, mode: UInt16 = 0o755) -> (TarEntry, String) {
        (TarEntry(path: path, kind: .directory, mode: mode, mtime: time), "")
    }

    static func link(_ path: FilePath, to target: FilePath) -> (TarEntry, String) {
        (TarEntry(path: path, kind: .symlink(target), mode: 0o777, mtime: time), "")
    }

    static func hardLink(_ path: FilePath, to target: FilePath) -> (TarEntry, String) {
        (TarEntry(path: path, kind: .hardLink(target), mode: 0o644, mtime: time), "")
    }

    static func other(_ path: FilePath, _ kind: TarEntry.Kind) -> (TarEntry, String) {
        (TarEntry(path: path, kind: kind, mode: 0o600, mtime: time), "")
    }
}
