import FileSystem
import SystemPackage
import Testing

/// A directory of a test's own, removed when the last reference goes.
final class TemporaryDirectory {
    let path: FilePath
    let handle: DirectoryHandle

    init() throws {
        let name = "slipway-test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let parent = try DirectoryHandle("/tmp")
        try parent.makeDirectory(try #require(FileName(name)), mode: 0o700)
        path = FilePath("/tmp").appending(name)
        handle = try DirectoryHandle(path)
    }

    deinit {
        do { try removeTree(path) } catch { print("left behind: \(error)") }
    }
}

extension DirectoryHandle {
    func write(_ text: String, to name: FileName) throws {
        let file = try createFile(name, mode: 0o644)
        try file.writeAll(Array(text.utf8), path: pathOf(name))
        try file.close()
    }

    func read(_ name: FileName) throws -> String {
        try withFile(name) { String(decoding: try $0.readAll(limit: 1 << 20, path: pathOf(name)), as: UTF8.self) }
    }
}
