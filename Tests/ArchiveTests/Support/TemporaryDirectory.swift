import Glibc
import SystemPackage

@testable import Archive

/// A directory that goes away with its owner, and the command-line tools to judge what is in it.
final class TemporaryDirectory {
    let path: FilePath

    init() throws {
        var template = Array("/tmp/slipway-archive-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
    }

    deinit {
        _ = unsafe system("chmod -R u+rwX \(path.string) && rm -rf \(path.string)")
    }

    /// Runs a shell command inside the directory.
    ///
    /// - Returns: its standard output.
    /// - Throws: ``ShellError`` when it fails.
    @discardableResult
    func shell(_ command: String) throws -> String {
        // bash, for pipefail and $'\xff'; the environment must not change how tools print names.
        let script = path.appending(".script")
        try write(".script", Array("set -euo pipefail; export LC_ALL=C.UTF-8 TZ=UTC; \(command)\n".utf8))
        guard let pipe = unsafe popen("cd \(path.string) && bash \(script.string) 2>&1", "r") else {
            throw Errno(rawValue: errno)
        }
        var output: [UInt8] = []
        while case let byte = unsafe fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        let status = unsafe pclose(pipe)
        let text = String(decoding: output, as: UTF8.self)
        guard status == 0 else { throw ShellError(command: command, status: status, output: text) }
        return text
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = try FileDescriptor.open(
            path.appending(name), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        try file.closeAfter { _ = try file.writeAll(bytes) }
    }

    func read(_ name: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(path.appending(name), .readOnly)
        return try file.closeAfter { try FileSource(file).readAll(limit: 1 << 30) }
    }
}

struct ShellError: Error {
    var command: String
    var status: Int32
    var output: String
}

/// Whether all of these command-line tools, which serve as judges, are installed.
func hasTools(_ names: String...) -> Bool {
    names.allSatisfy { unsafe system("command -v \($0) >/dev/null") == 0 }
}
