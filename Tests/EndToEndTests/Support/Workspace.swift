import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage
import Testing

/// What one test has to itself: a directory with a context, a store, a busybox base, and Slipway to run in it.
struct Workspace: Sendable {
    var root: FilePath
    var account: Account

    /// The build context; `build` writes its Dockerfile there.
    var context: FilePath { root.appending("context") }
    /// What SLIPWAY_ROOT names.
    var store: FilePath { root.appending("store") }
    /// An OCI layout with busybox, a shell and a few files; see `Base`.
    var base: FilePath { root.appending("base") }

    /// Makes a workspace, lets the test use it and removes it, whatever the test's end.
    static func use(
        as account: Account = .standard, _ body: (Workspace) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let workspace = Workspace(root: directory.path, account: account)
        do {
            try await workspace.prepare()
            try await body(workspace)
        } catch {
            await workspace.remove(directory)
            throw error
        }
        await workspace.remove(directory)
    }

    private func prepare() async throws {
        try File.directory(context)
        try await Base.copy(to: base)
        guard let (user, group) = try account.owner() else { return }
        for path in [root, context] where chown(path.string, user, group) != 0 {
            throw TestFailure("cannot give \(path) to \(account.testDescription): \(Errno(rawValue: errno))")
        }
    }

    /// An ordinary user's store holds files of subordinate ids, which only a user namespace can remove.
    private func remove(_ directory: TemporaryDirectory) async {
        if !Account.isRoot {
            let script = Repository.top.appending("scripts/remove-store").string
            _ = try? await tool(script, root.string)
        }
        directory.remove()
    }

    // MARK: Files

    /// Writes a file of the context.
    func write(_ name: String, _ text: String, mode: UInt32 = 0o644) throws {
        var path = context.appending(name)
        try File.write(text, to: path, mode: mode)
        guard let (user, group) = try account.owner() else { return }
        // With the directories that were made for it.
        while path != context {
            guard chown(path.string, user, group) == 0 else { throw Errno(rawValue: errno) }
            path = path.removingLastComponent()
        }
    }

    // MARK: Slipway

    /// Runs `slipway` with the workspace's store.
    func slipway(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
        store other: FilePath? = nil, limit: Duration = .seconds(120),
        beside body: @Sendable @escaping (Command.Running) async throws -> Void = { _ in }
    ) async throws -> Command.Outcome {
        var variables = ["SLIPWAY_ROOT": (other ?? store).string]
        variables.merge(environment) { $1 }
        return try await Command(
            program: try await Binary.path(), arguments: arguments, environment: variables, directory: root,
            input: input, account: account, limit: limit
        ).run(beside: body)
    }

    /// Writes the Dockerfile, unless it is there with this text, and builds it, with `FROM base` mapped to the busybox
    /// layout.
    func build(
        _ dockerfile: String, _ flags: [String] = [], environment: [String: String] = [:],
        store other: FilePath? = nil, limit: Duration = .seconds(120),
        beside body: @Sendable @escaping (Command.Running) async throws -> Void = { _ in }
    ) async throws -> Command.Outcome {
        // Written again it would have a later time, which the epoch of the build may come from.
        if (try? File.text(context.appending("Dockerfile"))) != dockerfile { try write("Dockerfile", dockerfile) }
        return try await slipway(
            buildArguments(flags), environment: environment, store: other, limit: limit, beside: body)
    }

    func buildArguments(_ flags: [String] = [], progress: [String] = ["--progress", "plain"]) -> [String] {
        ["build", "--build-context", "base=oci-layout://\(base)"] + progress + flags + [context.string]
    }

    /// Builds into an OCI archive, which has to succeed, and opens it.
    func buildImage(
        _ dockerfile: String, _ flags: [String] = [], environment: [String: String] = [:],
        store other: FilePath? = nil, named name: String = "image", at location: SourceLocation = #_sourceLocation
    ) async throws -> Image {
        let archive = root.appending("\(name).tar")
        let outcome = try await build(
            dockerfile, flags + ["--output", "type=oci,dest=\(archive)"], environment: environment, store: other)
        try #require(outcome.status == 0, "\(outcome.transcript)", sourceLocation: location)
        return try await Image(archive: archive, directory: root.appending(name))
    }

    // MARK: Other tools

    /// Runs a tool as this workspace's user, which has to succeed.
    func tool(
        _ program: String, _ arguments: String..., environment: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Command.Outcome {
        try await tool(program, arguments: arguments, environment: environment, at: location)
    }

    /// The same for arguments that are a list.
    func tool(
        _ program: String, arguments: [String], environment: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Command.Outcome {
        let outcome = try await Command(
            program: program, arguments: arguments, environment: environment, directory: root, account: account
        ).run()
        try #require(
            outcome.status == 0, "\(program) \(arguments.joined(separator: " "))\n\(outcome.transcript)",
            sourceLocation: location)
        return outcome
    }
}

/// The program under test.
enum Binary {
    /// $SLIPWAY_BINARY, or the one that was built beside this test bundle; copied to where every user may run it.
    static func path() async throws -> String { try await copy.value }

    /// The directory of the test bundle, where SwiftPM puts the products as well.
    static let bundleDirectory: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        let bundle = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return FilePath(bundle).removingLastComponent().string
    }()

    private static let copy = Task<String, any Error> {
        let named = ProcessInfo.processInfo.environment["SLIPWAY_BINARY"]
        let source = named ?? FilePath(bundleDirectory).appending("slipway").string
        guard access(source, X_OK) == 0 else { throw TestFailure("no slipway at \(source); run: swift build") }
        guard Account.isRoot else { return source }
        // The build directory may lie where the ordinary test user cannot look.
        let place = FilePath("/var/tmp/slipway-e2e-\(getpid())")
        try File.directory(place)
        let path = place.appending("slipway").string
        try FileManager.default.copyItem(atPath: source, toPath: path)
        atexit { Binary.removeCopy() }
        return path
    }

    private static func removeCopy() {
        unlink("/var/tmp/slipway-e2e-\(getpid())/slipway")
        rmdir("/var/tmp/slipway-e2e-\(getpid())")
    }
}

/// Where things are in the repository.
enum Repository {
    static let top = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .removingLastComponent()
}
