import Glibc
import Sandbox
import SystemPackage
import Testing

/// A temporary directory with a root filesystem in which busybox is everything; deleted at the end.
///
/// The one launcher is forked by a process with threads, which slipway never does; its child runs C only, so it may.
final class SandboxFixture {
    static let launcher = Result { () throws(SandboxError) in try SandboxLauncher.fork() }
    static let isRoot = geteuid() == 0
    static let searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    static let applets =
        """
        awk cat chown chroot cut date dd df echo false grep head hostname id ip ln ls mkdir mknod mount readlink rm setsid sh sleep \
        sort stat tail test touch true umask uniq unshare wc
        """.split(separator: " ")

    let directory: FilePath
    var root: FilePath { directory.appending("root") }

    init() throws {
        var template = Array("/tmp/slipway-sandbox-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Failure("mkdtemp") }
        directory = FilePath(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        guard unsafe chmod(directory.string, 0o755) == 0 else { throw Failure("chmod") }
        try makeDirectory("root/bin")
        let program = root.appending("bin/busybox").string
        try Self.host(["/bin/cp", "/bin/busybox", program])
        for applet in Self.applets {
            guard unsafe symlink("busybox", "\(root)/bin/\(applet)") == 0 else { throw Failure("symlink \(applet)") }
        }
        for name in ["proc", "dev", "sys", "tmp", "etc"] { try makeDirectory("root/\(name)") }
    }

    deinit { _ = try? Self.host(["/bin/rm", "-rf", directory.string]) }

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    @discardableResult
    func makeDirectory(_ relative: String) throws -> FilePath {
        let path = directory.appending(relative)
        try Self.host(["/bin/mkdir", "-p", path.string])
        return path
    }

    @discardableResult
    func write(_ relative: String, _ text: String, mode: FilePermissions = .init(rawValue: 0o644)) throws -> FilePath {
        let path = directory.appending(relative)
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: mode)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
        return path
    }

    func exists(_ relative: String) -> Bool {
        var status = stat()
        return unsafe lstat(directory.appending(relative).string, &status) == 0
    }

    func read(_ relative: String) throws -> String {
        let file = try FileDescriptor.open(directory.appending(relative), .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
                if count == 0 { return text }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }
    }

    /// A fresh overlay on the root; its changes are in `name/upper`.
    func overlay(_ name: String, lower: [FilePath]? = nil) throws -> RootFilesystem {
        .overlay(
            lower: lower ?? [root], upper: try makeDirectory("\(name)/upper"), work: try makeDirectory("\(name)/work"))
    }

    func shell(_ script: String, root: RootFilesystem? = nil) -> ProcessSpecification {
        ProcessSpecification(
            arguments: ["/bin/sh", "-c", script], environment: [Self.searchPath], root: root ?? .directory(self.root))
    }

    /// Runs in a sandbox and collects what it says.
    func run(_ specification: ProcessSpecification, on launcher: SandboxLauncher? = nil) async throws -> Outcome {
        let collector = Collector()
        let launcher = try launcher ?? Self.launcher.get()
        let end = try await launcher.run(specification) { collector.add($0, $1) }
        return Outcome(
            status: end.status, output: collector.text(.standardOutput), errors: collector.text(.standardError))
    }

    /// Runs a script in a sandbox and expects it to succeed.
    func output(_ script: String) async throws -> String { try await output(shell(script)) }

    func output(_ specification: ProcessSpecification) async throws -> String {
        let outcome = try await run(specification)
        #expect(outcome.status == .exited(0), "\(outcome.errors)")
        return outcome.output
    }

    struct Outcome {
        var status: Sandbox.ExitStatus
        var output: String
        var errors: String
    }

    /// Runs a program of the host's and returns its output.
    @discardableResult
    static func host(_ command: [String], expecting code: Int32 = 0) throws -> String {
        let child = try HostProcess(command)
        let (status, output) = child.finish()
        guard status == code << 8 else { throw Failure("\(command): status \(status): \(output)") }
        return output
    }

    /// The helper program beside the test bundle.
    static func harness() throws -> String {
        var path = FilePath(
            try host(["/bin/readlink", "/proc/\(getpid())/exe"]).split(separator: "\n").first.map(String.init) ?? "")
        path.removeLastComponent()
        return path.appending("SandboxHarness").string
    }
}
