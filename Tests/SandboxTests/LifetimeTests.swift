import Glibc
import SystemPackage
import Testing

@testable import Sandbox

@Suite(.enabled(if: SandboxFixture.isRoot, "sandboxes need root; RootlessTests cover ordinary users"))
struct LifetimeTests {
    let fixture: SandboxFixture

    init() throws { fixture = try SandboxFixture() }

    @Test(arguments: [
        ("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("false", 1), ("sh -c 'kill -9 $$'; exit $?", 137),
        // Pid 1 ignores even its own SIGKILL.
        ("kill -9 $$; exit 4", 4), ("kill -TERM $$; exit 5", 5),
    ])
    func exitCodes(script: String, code: UInt8) async throws {
        #expect(try await fixture.run(fixture.shell(script)).status == .exited(code))
    }

    @Test func whatItLeftRunningIsKilled() async throws {
        let marker = "7\(UInt32.random(in: 100_000...999_999))"
        _ = try await fixture.output("setsid sleep \(marker) >/dev/null 2>&1 & (sleep \(marker) &) ; true")
        #expect(try !Self.processes().contains("sleep \(marker)"))
    }

    @Test func cancellationKillsAndReaps() async throws {
        let marker = "8\(UInt32.random(in: 100_000...999_999))"
        let (started, ready) = AsyncStream.makeStream(of: Void.self)
        let specification = fixture.shell("trap '' TERM INT; echo go; sleep \(marker)")
        let launcher = try SandboxFixture.launcher.get()
        let task = Task {
            defer { ready.finish() }
            return try await launcher.run(specification) { _, _ in ready.yield() }
        }
        for await _ in started { break }
        #expect(try Self.processes().contains("sleep \(marker)"))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try !Self.processes().contains("sleep \(marker)"))
    }

    @Test func cancellationIsQuick() throws {
        // In a process of its own: here, the other tests occupy the threads that would notice.
        let line = try SandboxFixture.host([try SandboxFixture.harness(), "cancel", fixture.root.string])
        let milliseconds = try #require(Double(line.dropLast()))
        // 10 ms on a quiet machine.
        #expect(milliseconds < 500)
    }

    @Test func signalsArePassedOn() async throws {
        let (signals, send) = AsyncStream.makeStream(of: Int32.self)
        let collector = Collector()
        // Pid 1 ignores what it has no handler for.
        let script = "trap 'echo stopped; exit 9' TERM; echo go; while :; do sleep 0.05; done"
        let end = try await SandboxFixture.launcher.get().run(fixture.shell(script), signals: signals) {
            collector.add($0, $1)
            for signal in [SIGHUP, 0, -1, 99, SIGTERM] { send.yield(signal) }
        }
        #expect(end.status == .exited(9))
        #expect(collector.text(.standardOutput) == "go\nstopped\n")
    }

    @Test func cancelledBeforeItStarts() async throws {
        let launcher = try SandboxFixture.launcher.get()
        let specification = fixture.shell("sleep 100")
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await launcher.run(specification) { _, _ in }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func twoHundredOneAfterAnother() async throws {
        let root = try fixture.overlay("seq")
        guard case .overlay(let lower, _, _) = root else { return }
        for index in 0..<200 {
            let upper = try fixture.makeDirectory("seq/\(index)/upper")
            let work = try fixture.makeDirectory("seq/\(index)/work")
            let specification = fixture.shell("exit \(index)", root: .overlay(lower: lower, upper: upper, work: work))
            #expect(try await fixture.run(specification).status == .exited(UInt8(index)))
        }
    }

    @Test func twentyAtOnce() async throws {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for index in 0..<20 {
                let specification = fixture.shell(
                    "hostname; sleep 0.2; echo \(index) >/file; cat /file",
                    root: try fixture.overlay("par\(index)"))
                let launcher = try SandboxFixture.launcher.get()
                group.addTask {
                    let collector = Collector()
                    _ = try await launcher.run(specification) { collector.add($0, $1) }
                    return (index, collector.text(.standardOutput))
                }
            }
            for try await (index, output) in group { #expect(output == "buildkitsandbox\n\(index)\n") }
        }
    }

    @Test func outputFlood() async throws {
        let count = Counter()
        let launcher = try SandboxFixture.launcher.get()
        let specification = fixture.shell("dd if=/dev/zero bs=65536 count=1600 2>/dev/null; echo end >&2")
        let end = try await launcher.run(specification) { stream, bytes in count.add(stream, bytes.count) }
        #expect(end.status == .exited(0))
        #expect(count.total(.standardOutput) == 1600 * 65536)
        #expect(count.total(.standardError) == 4)
    }

    @Test func usageIsMeasured() async throws {
        let launcher = try SandboxFixture.launcher.get()
        let end = try await launcher.run(fixture.shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")) { _, _ in }
        #expect(end.usage.userTime > .zero)
        #expect(end.usage.peakMemory > 100_000)
    }

    @Test func afterShutdownNothingRuns() async throws {
        let launcher = try SandboxLauncher.fork()
        #expect(try await fixture.run(fixture.shell("true"), on: launcher).status == .exited(0))
        launcher.shutdown()
        launcher.shutdown()
        let error = await #expect(throws: SandboxError.self) {
            try await fixture.run(fixture.shell("true"), on: launcher)
        }
        #expect(error?.code == .launcherLost)
    }

    @Test func launcherDyingEndsItsSandboxes() async throws {
        let marker = "6\(UInt32.random(in: 100_000...999_999))"
        let launcher = try SandboxLauncher.fork()
        let (started, ready) = AsyncStream.makeStream(of: Void.self)
        let specification = fixture.shell("echo go; sleep \(marker)")
        let task = Task {
            defer { ready.finish() }
            return try await launcher.run(specification) { _, _ in ready.yield() }
        }
        for await _ in started { break }
        kill(launcher.process, SIGKILL)
        let error = await #expect(throws: SandboxError.self) { try await task.value }
        #expect(error?.code == .launcherLost)
        launcher.shutdown()
        #expect(try !Self.processes().contains("sleep \(marker)"))
    }

    @Test func suddenDeathLeavesNothing() async throws {
        let marker = "5\(UInt32.random(in: 100_000...999_999))"
        let guarded = try fixture.makeDirectory("guarded/upper/a/b")
        try SandboxFixture.host(["/bin/mkdir", "-m", "000", guarded.appending("closed").string])
        let keep = try fixture.write("keep", "kept")
        try SandboxFixture.host(["/bin/ln", "-s", fixture.directory.string, guarded.appending("link").string])
        // Deeper than the launcher has descriptors for.
        try SandboxFixture.host([
            "/bin/sh", "-c", "cd \(guarded) && for i in $(seq 1200); do mkdir d; cd -P d || exit 1; done",
        ])
        let child = try HostProcess([
            try SandboxFixture.harness(), "guard", fixture.directory.appending("guarded").string, fixture.root.string,
            "/bin/sh", "-c", "trap '' TERM; echo go; sleep \(marker) & sleep \(marker)",
        ])
        #expect(child.readLine() == "go")
        #expect(try Self.processes().contains("sleep \(marker)"))
        // Ctrl-C goes to the whole process group. It ends the harness, which has no handler, but neither the launcher nor,
        // by itself, the sandbox.
        kill(child.process, SIGKILL)
        // The pipe's end is the sandbox's end: nobody holds it any more.
        #expect(child.finish().status == SIGKILL)
        // The launcher is not our child: its end cannot be waited for, but seen. Its command line names what it guards.
        for _ in 0..<1000 {
            guard try Self.processes().contains(fixture.directory.appending("guarded").string) else { break }
            usleep(10_000)
        }
        #expect(try !Self.processes().contains("sleep \(marker)"))
        #expect(!fixture.exists("guarded"))
        #expect(fixture.exists("keep"), "\(keep)")
        #expect(try !SandboxFixture.host(["/bin/cat", "/proc/self/mountinfo"]).contains(fixture.directory.string))
    }

    @Test func interruptForTheGroupDoesNotReachTheSandbox() async throws {
        let child = try HostProcess([
            "/bin/sh", "-c",
            "trap '' INT; exec \(try SandboxFixture.harness()) run \(fixture.root) /bin/sh -c 'echo go; sleep 0.5; echo survived'",
        ])
        #expect(child.readLine() == "go")
        kill(-child.process, SIGINT)
        let (status, output) = child.finish()
        #expect(status == 0)
        #expect(output == "survived\n")
    }

    /// The command lines of all processes.
    static func processes() throws -> String { try SandboxFixture.host(["/bin/ps", "-eo", "args"]) }
}
