import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage
import Testing

extension EndToEnd {
    /// A build that is interrupted in the middle of a RUN leaves nothing behind, whatever interrupts it.
    @Suite struct InterruptTests {
        /// Sleeps for a time that no other process of this machine sleeps for, so that it can be recognised.
        static func dockerfile(_ mark: Int) -> String {
            """
            FROM base
            RUN echo early >/early
            RUN echo in-the-middle && (sleep \(mark) & sleep \(mark))
            """
        }

        static func mark() -> Int { Int.random(in: 100_000..<1_000_000) }

        @Test(arguments: Account.all, [SIGINT, SIGTERM])
        func signal(account: Account, signal: Int32) async throws {
            try await Workspace.use(as: account) { work in
                let mark = InterruptTests.mark()
                let sent = Instant()
                let outcome = try await work.build(InterruptTests.dockerfile(mark)) { process in
                    try await process.waitForError("in-the-middle")
                    sent.set()
                    // Ctrl-C reaches the whole group of processes, kill only one.
                    if signal == SIGINT { process.sendToGroup(signal) } else { process.send(signal) }
                }
                #expect(outcome.status == (signal == SIGINT ? 130 : 143), "\(outcome.transcript)")
                #expect(sent.elapsed < .seconds(2))
                #expect(Traces.processes(mark: "\(mark)") == [])
                #expect(try Traces.mounts(below: work.root) == [])
                #expect(File.names(work.store.appending("tmp")) == [])
                try await InterruptTests.nextBuildWorks(work)
            }
        }

        @Test(arguments: Account.all)
        func killed(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let mark = InterruptTests.mark()
                let outcome = try await work.build(InterruptTests.dockerfile(mark)) { process in
                    try await process.waitForError("in-the-middle")
                    process.send(SIGKILL)
                }
                #expect(outcome.status == 128 + 9)
                let quiet = try await eventually(.seconds(2)) {
                    try Traces.processes(mark: "\(mark)").isEmpty && Traces.mounts(below: work.root).isEmpty
                        && File.names(work.store.appending("tmp")).isEmpty
                }
                let (processes, mounts) = (Traces.processes(mark: "\(mark)"), try Traces.mounts(below: work.root))
                #expect(quiet, "\(processes), \(mounts), \(File.names(work.store.appending("tmp")))")
                try await InterruptTests.nextBuildWorks(work)
            }
        }

        /// What was finished before is still there, and a build goes through to its end.
        private static func nextBuildWorks(_ work: Workspace) async throws {
            let next = try await work.build("FROM base\nRUN echo early >/early\nRUN echo late >/late\n")
            #expect(next.status == 0, "\(next.transcript)")
            let progress = PlainProgress(next.errors)
            #expect(progress.executed.count == 1 && progress.cached.count >= 1, "\(next.errors)")
            #expect(File.names(work.store.appending("tmp")) == [])
        }

        /// Killed at any moment, the store stays whole: a later build gives what it gives in a fresh store.
        @Test func killedAnywhere() async throws {
            try await Workspace.use { work in
                let dockerfile = """
                    FROM base
                    RUN dd if=/dev/zero of=/big bs=1M count=20 2>/dev/null && echo 1 >/one
                    RUN rm /big && echo 2 >/two
                    """
                for delay in stride(from: 20, through: 380, by: 60) {
                    _ = try await work.build(dockerfile, ["--tag", "killed"]) { process in
                        try await Task.sleep(for: .milliseconds(delay))
                        process.send(SIGKILL)
                    }
                }
                let survivor = try await work.buildImage(dockerfile, named: "survivor")
                let fresh = try await work.buildImage(dockerfile, store: work.root.appending("fresh"), named: "fresh")
                #expect(survivor.manifestDigest == fresh.manifestDigest)
            }
        }
    }
}

/// When something happened, told by one task and read by another.
final class Instant: Sendable {
    private let time = Mutex<ContinuousClock.Instant?>(nil)

    func set() { time.withLock { $0 = ContinuousClock.now } }

    /// How long ago; no time at all counts as for ever.
    var elapsed: Duration { time.withLock { $0.map { ContinuousClock.now - $0 } ?? .seconds(1_000_000) } }
}
