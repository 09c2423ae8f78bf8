import Archive
import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

/// A temporary directory that goes with its last reference.
final class Scratch: Sendable {
    let path: FilePath

    init() throws {
        let parent = FilePath(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
        path = parent.appending("slipway-content-" + String(UInt64.random(in: .min ... .max), radix: 36))
        try #require(path.withPlatformString { mkdir($0, 0o755) } == 0)
    }

    deinit {
        do {
            try removeTree(path)
        } catch {
            Issue.record("cannot clean up: \(error)")
        }
    }

    func file(_ name: String) -> FilePath { path.appending(name) }

    func store(_ name: String = "store", access: ContentStore.Access = .automatic) throws -> ContentStore {
        try ContentStore.open(root: file(name), access: access)
    }
}

func read(_ path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { file.closeAfterReading() }
    return try file.readAll(limit: 1 << 30, path: path)
}

func write(_ bytes: [UInt8], _ path: FilePath) throws {
    let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate], permissions: FilePermissions(rawValue: 0o644))
    defer { file.closeAfterReading() }
    try file.writeAll(bytes)
}

func write(_ text: String, _ path: FilePath) throws { try write(Array(text.utf8), path) }

func names(_ path: FilePath) throws -> [String] {
    try DirectoryHandle(path).sortedEntries().map(\.name.description)
}

/// Runs a program and gives its standard output and error.
@discardableResult
func run(_ arguments: [String], in directory: FilePath? = nil, succeeds: Bool = true) throws -> String {
    let scratch = try Scratch()
    let output = scratch.file("output")
    let quoted = arguments.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    let change = directory.map { "cd '\($0)' && " } ?? ""
    let status = system("\(change)\(quoted) >'\(output)' 2>&1 </dev/null")
    let text = String(decoding: try read(output), as: UTF8.self)
    if succeeds { #expect(status == 0, "\(arguments.joined(separator: " ")): \(text)") }
    return text
}

func hasProgram(_ name: String) -> Bool { system("command -v \(name) >/dev/null 2>&1") == 0 }

/// What code a body throws; nil when it does not, or throws something else.
func storeErrorCode(_ body: () throws -> Void) -> StoreError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? StoreError)?.code
    }
}
