import SystemPackage
import Testing

@testable import Sandbox

@Suite(.enabled(if: SandboxFixture.isRoot, "sandboxes need root; RootlessTests cover ordinary users"))
struct StartFailureTests {
    let fixture: SandboxFixture

    init() throws { fixture = try SandboxFixture() }

    func failure(_ specification: ProcessSpecification) async throws -> SandboxError {
        try #require(await #expect(throws: SandboxError.self) { try await fixture.run(specification) })
    }

    func failure(of command: String) async throws -> SandboxError {
        var specification = fixture.shell("")
        specification.arguments = [command, "argument"]
        return try await failure(specification)
    }

    @Test func commandsThatAreNotThere() async throws {
        var error = try await failure(of: "nosuch")
        #expect(error.code == .executableNotFound)
        #expect(error.description == "exec: \"nosuch\": executable file not found in $PATH")
        error = try await failure(of: "/no/such")
        #expect(error.code == .executableNotFound)
        #expect(error.description == "exec: \"/no/such\": No such file or directory")
        error = try await failure(of: "./relative")
        #expect(error.code == .executableNotFound)
    }

    @Test func commandsThatDoNotRun() async throws {
        try fixture.write("root/bin/plain", "true\n", mode: .init(rawValue: 0o644))
        #expect(try await failure(of: "plain").description == "exec: \"plain\": Permission denied")
        #expect(try await failure(of: "/bin/plain").code == .executableNotRunnable)
        #expect(try await failure(of: "/bin").description == "exec: \"/bin\": Is a directory")
        try fixture.write("root/bin/noformat", "true\n", mode: .init(rawValue: 0o755))
        let error = try await failure(of: "noformat")
        #expect(error.code == .executableNotRunnable)
        #expect(error.cause == .execFormatError)
        #expect(error.description.contains("#! line"))
    }

    @Test func missingInterpretersAreNamed() async throws {
        try fixture.write("root/bin/script", "#! /usr/bin/python3 -u\n", mode: .init(rawValue: 0o755))
        let error = try await failure(of: "script")
        #expect(error.code == .executableNotRunnable)
        #expect(error.description.contains("its interpreter /usr/bin/python3 is not in the image"))
        try SandboxFixture.host(["/bin/cp", "/bin/true", fixture.root.appending("bin/dynamic").string])
        #expect(try await failure(of: "/bin/dynamic").description.contains("/ld-linux"))
    }

    @Test func scriptsRun() async throws {
        try fixture.write("root/bin/script", "#!/bin/sh\necho script $0 $1\n", mode: .init(rawValue: 0o755))
        var specification = fixture.shell("")
        specification.arguments = ["script", "x"]
        #expect(try await fixture.output(specification) == "script /bin/script x\n")
    }

    @Test func pathIsSearchedAsGiven() async throws {
        try fixture.makeDirectory("root/first")
        try fixture.write("root/first/cat", "#!/bin/sh\necho first\n", mode: .init(rawValue: 0o755))
        var specification = fixture.shell("")
        specification.arguments = ["cat", "/dev/null"]
        specification.environment = ["PATH=/nowhere:/first:/bin"]
        #expect(try await fixture.output(specification) == "first\n")
        specification.environment = ["PATH=:/bin"]
        specification.workingDirectory = "/first"
        #expect(try await fixture.output(specification) == "first\n")
        specification.environment = []
        #expect(try await failure(specification).code == .executableNotFound)
    }

    @Test func badWorkingDirectory() async throws {
        var specification = fixture.shell("true")
        specification.workingDirectory = "/bin/busybox/x"
        #expect(try await failure(specification).code == .invalidSpecification)
    }

    @Test func missingSources() async throws {
        var error = try await failure(fixture.shell("true", root: .directory("/no/such/root")))
        #expect(error.code == .rootRefused)
        #expect(error.description.contains("/no/such/root"))
        error = try await failure(fixture.shell("true", root: try fixture.overlay("m", lower: ["/no/such/layer"])))
        #expect(error.description.contains("/no/such/layer"))
        var specification = fixture.shell("true")
        specification.mounts = [.bind(source: "/no/such/source", target: "/mnt")]
        error = try await failure(specification)
        #expect(error.description.contains("/no/such/source"))
        #expect(error.cause == .noSuchFileOrDirectory)
    }

    @Test(
        arguments: [
            { $0.arguments = [] }, { $0.arguments = [""] }, { $0.arguments = ["a\0b"] }, { $0.environment = ["A=\0"] },
            { $0.workingDirectory = "relative" }, { $0.hostname = String(repeating: "h", count: 65) },
            { $0.root = .directory("relative") }, { $0.mounts = [.tmpfs(target: "/")] },
            { $0.mounts = [.tmpfs(target: "/a/..")] }, { $0.mounts = [.tmpfs(target: "relative")] },
            { $0.mounts = [.tmpfs(target: "/proc/sys")] }, { $0.mounts = [.bind(source: "relative", target: "/x")] },
            { $0.root = .readOnlyLayers(Array(repeating: "/x", count: 600)) },
            { $0.user.supplementaryGroupIDs = Array(repeating: 1, count: 2000) },
        ] as [@Sendable (inout ProcessSpecification) -> Void])
    func impossibleSpecifications(change: @Sendable (inout ProcessSpecification) -> Void) async throws {
        var specification = fixture.shell("true")
        change(&specification)
        #expect(try await failure(specification).code == .invalidSpecification)
    }

    @Test func programsCutShortAreRefused() async throws {
        // Nobody but slipway writes programs; still, the reader trusts no length.
        let launcher = try SandboxLauncher.fork()
        defer { launcher.shutdown() }
        let whole = try ProgramEncoder.encode(fixture.shell("true"), host: HostFacts())
        for size in [0, 3, 4, 9, 40, 60, whole.count / 2, whole.count - 1] {
            let end = try await launcher.runProgram(Array(whole.prefix(size)))
            #expect(end == .failure(size == 0 ? .invalidArgument : .badMessage), "\(size)")
        }
    }
}

extension SandboxLauncher {
    /// What becomes of a program that no specification made.
    fileprivate func runProgram(_ bytes: [UInt8]) async throws -> Result<Termination, Errno> {
        let program = try MemoryFile(name: "test", bytes: bytes)
        let null = try FileDescriptor.open(FilePath("/dev/null"), .readWrite)
        defer { try? null.close() }
        let descriptors = [program.descriptor] + Array(repeating: null.rawValue, count: 3)
        do {
            return .success(
                try await withCheckedThrowingContinuation { continuation in
                    start(
                        Run(continuation: continuation, command: ""), id: 1_000_000,
                        namespaces: [.mount, .process, .hostName], descriptors: descriptors)
                })
        } catch let error as SandboxError {
            return .failure(error.cause ?? Errno(rawValue: 0))
        }
    }
}
