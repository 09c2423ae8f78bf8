import FoundationEssentials
import Glibc
import SystemPackage

/// Small files of a test, read and written whole.
enum File {
    static func data(_ path: FilePath) throws -> Data { try Data(contentsOf: URL(filePath: path.string)) }

    static func text(_ path: FilePath) throws -> String { String(decoding: try data(path), as: UTF8.self) }

    /// Opens a new file for writing; the caller closes it.
    static func create(_ path: FilePath) throws -> FileDescriptor {
        try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
    }

    /// Writes a file, and the directories above it.
    static func write(_ text: String, to path: FilePath, mode: UInt32 = 0o644) throws {
        try directory(path.removingLastComponent())
        try Data(text.utf8).write(to: URL(filePath: path.string))
        guard chmod(path.string, mode) == 0 else { throw Errno(rawValue: errno) }
    }

    static func directory(_ path: FilePath) throws {
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return lstat(path.string, &status) == 0
    }

    /// What lstat(2) says.
    static func status(_ path: FilePath) throws -> stat {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw TestFailure("no \(path): \(Errno(rawValue: errno))") }
        return status
    }

    /// The names in a directory, sorted; none when it does not exist.
    static func names(_ path: FilePath) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path.string)) ?? []).sorted()
    }
}

/// A private directory on a disk (not in /tmp, which may be a tmpfs without user xattrs).
struct TemporaryDirectory: Sendable {
    var path: FilePath

    init() throws {
        var template = Array("/var/tmp/slipway-e2e.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        guard chmod(path.string, 0o755) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Removes what this user may remove.
    func remove() {
        guard File.exists(path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch {
            // An ordinary user's store holds files of subordinate ids; Workspace removes those before.
            print("cannot remove \(path): \(error)")
        }
    }
}
