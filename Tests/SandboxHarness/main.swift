// A small program that uses Sandbox as slipway does, for tests that need a process of its own: another user, a sudden death.
//
//   SandboxHarness namespace                           prints the mapping
//   SandboxHarness run ROOT COMMAND…                   runs on a directory; exits as the command does
//   SandboxHarness overlay SCRATCH LOWER COMMAND…      runs on an overlay with the changes in SCRATCH/upper
//   SandboxHarness guard DIRECTORY ROOT COMMAND…       as run, guarding a directory; prints the launcher's readiness
//   SandboxHarness cancel ROOT                         milliseconds from a cancellation to the reaped sandbox
//   SandboxHarness bench ROOT COUNT COMMAND…           milliseconds for each of COUNT runs
//   SandboxHarness bench-overlay SCRATCH ROOT COUNT COMMAND…
import Glibc
import Sandbox
import SystemPackage

struct UsageError: Error {}

func specification(_ root: RootFilesystem, _ command: [String], as user: UserIdentity = .root) -> ProcessSpecification {
    ProcessSpecification(
        arguments: command, environment: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        user: user, root: root)
}

func run(_ launcher: SandboxLauncher, _ specification: ProcessSpecification) async throws -> Int32 {
    let end = try await launcher.run(
        specification, standardInput: .standardInput, standardOutput: .standardOutput, standardError: .standardError)
    return end.status.shellCode
}

func bench(_ launcher: SandboxLauncher, count: Int, _ make: (Int) throws -> ProcessSpecification) async throws -> Int32
{
    var times: [Duration] = []
    for index in 0..<count {
        let specification = try make(index)
        times.append(try await ContinuousClock().measure { _ = try await run(launcher, specification) })
    }
    times.sort()
    guard let first = times.first, let last = times.last else { throw UsageError() }
    print("min \(milliseconds(first)) median \(milliseconds(times[count / 2])) max \(milliseconds(last)) ms")
    return 0
}

func milliseconds(_ time: Duration) -> String {
    let microseconds = time.components.seconds * 1_000_000 + time.components.attoseconds / 1_000_000_000_000
    return "\(microseconds / 1000).\(String(1000 + microseconds % 1000).dropFirst())"
}

func cancel(_ launcher: SandboxLauncher, _ specification: ProcessSpecification) async -> Int32 {
    let (started, ready) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
        defer { ready.finish() }
        return try await launcher.run(specification) { _, _ in ready.yield() }
    }
    for await _ in started { break }
    let time = await ContinuousClock().measure {
        task.cancel()
        _ = await task.result
    }
    print(milliseconds(time))
    return 0
}

func makeScratch(_ scratch: FilePath) throws -> (upper: FilePath, work: FilePath) {
    let pair = (scratch.appending("upper"), scratch.appending("work"))
    for path in [scratch, pair.0, pair.1] { try? FileDescriptor.makeDirectory(path) }
    return pair
}

extension FileDescriptor {
    static func makeDirectory(_ path: FilePath) throws {
        guard unsafe mkdir(path.string, 0o755) == 0 else { throw UsageError() }
    }
}

func main(_ namespace: UserNamespace, _ launcher: SandboxLauncher) async throws -> Int32 {
    defer { launcher.shutdown() }
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard let action = arguments.first else { throw UsageError() }
    let rest = Array(arguments.dropFirst())
    switch action {
    case "namespace":
        print(namespace)
        return 0
    case "run" where rest.count > 1:
        return try await run(launcher, specification(.directory(FilePath(rest[0])), Array(rest.dropFirst())))
    case "overlay" where rest.count > 2:
        let scratch = try makeScratch(FilePath(rest[0]))
        let root = RootFilesystem.overlay(lower: [FilePath(rest[1])], upper: scratch.upper, work: scratch.work)
        return try await run(launcher, specification(root, Array(rest.dropFirst(2))))
    case "guard" where rest.count > 2:
        try launcher.cleanUpOnExit(FilePath(rest[0]))
        return try await run(launcher, specification(.directory(FilePath(rest[1])), Array(rest.dropFirst(2))))
    case "cancel" where rest.count == 1:
        let root = RootFilesystem.directory(FilePath(rest[0]))
        return await cancel(
            launcher, specification(root, ["/bin/sh", "-c", "trap '' TERM; echo go; sleep 1000 & sleep 1000"]))
    case "bench" where rest.count > 2:
        let root = RootFilesystem.directory(FilePath(rest[0]))
        return try await bench(launcher, count: Int(rest[1]) ?? 0) { _ in
            specification(root, Array(rest.dropFirst(2)))
        }
    case "bench-overlay" where rest.count > 3:
        try? FileDescriptor.makeDirectory(FilePath(rest[0]))
        return try await bench(launcher, count: Int(rest[2]) ?? 0) { index in
            let scratch = try makeScratch(FilePath(rest[0]).appending("\(index)"))
            return specification(
                .overlay(lower: [FilePath(rest[1])], upper: scratch.upper, work: scratch.work),
                Array(rest.dropFirst(3)))
        }
    default:
        throw UsageError()
    }
}

do {
    let namespace = try UserNamespace.enterIfNeeded()
    let launcher = try SandboxLauncher.fork()
    exit(try await main(namespace, launcher))
} catch {
    _ = try? FileDescriptor.standardError.writeAll("SandboxHarness: \(error)\n".utf8)
    exit(125)
}
