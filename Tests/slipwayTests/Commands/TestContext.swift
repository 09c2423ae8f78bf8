import BuildEngine
import FileSystem
import Glibc
import OCI
import Synchronization
import SystemPackage

@testable import slipway

/// Everything a command touches, in memory and in a temporary directory that goes with it.
final class TestContext: Sendable {
    /// What a command has written.
    final class Capture: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
        var data: [UInt8] { bytes.withLock { $0 } }

        var output: ByteOutput {
            ByteOutput(write: { [self] new in bytes.withLock { $0 += new } }, isTerminal: false, size: { nil })
        }
    }

    let directory: FilePath
    let output = Capture()
    let diagnostics = Capture()

    init() throws {
        var template = Array("/tmp/slipway-cli-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Errno(rawValue: errno) }
        directory = FilePath(platformString: made)
    }

    deinit {
        do { try removeTree(directory) } catch { print("left behind: \(directory)") }
    }

    var root: FilePath { directory.appending("store") }

    /// Runs a command line in memory.
    func run(
        _ arguments: [String], environment: [String: String] = [:], output: ByteOutput? = nil,
        build: @escaping @Sendable (BuildOptions, BuildResources) async throws -> BuildOutcome = { _, _ in .init() }
    ) async throws -> ExitCode {
        let command = try Program.parse(try ArgumentNormalizer.normalize(arguments))
        let context = CommandContext(
            standardOutput: output ?? self.output.output, standardError: diagnostics.output,
            standardInput: .standardInput, standardInputIsTerminal: true, environment: environment, root: root,
            now: { Scenario.start }, signals: AsyncStream { $0.finish() }, build: build)
        return await Program.execute(command, in: context)
    }

    /// The bytes of a file in the directory.
    func contents(of name: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(directory.appending(name), .readOnly)
        defer { file.closeAfterReading() }
        return try file.readAll(limit: 1 << 20, path: directory.appending(name))
    }
}
