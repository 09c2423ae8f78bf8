import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import Sandbox

/// What is decided from what the machine allows, and a step in a changed root.
struct ModeTests {
    @Test(arguments: [
        ("Name:\tx\nCapEff:\t000001ffffffffff\n", Capabilities.administrate, true),
        ("CapEff:\t00000000a80425fb\n", .files, true), ("CapEff:\t00000000a80425fb\n", .administrate, false),
        ("CapEff:\t000000000000000b\n", .files, true), ("CapEff:\t0000000000000000\n", .changeRoot, false),
        ("", .files, false), ("CapEff:\tx\n", .files, false),
    ])
    func capabilities(status: String, wanted: Capabilities, hasThem: Bool) {
        #expect(Capabilities.parse(status: status).isSuperset(of: wanted) == hasThem)
    }

    @Test func isolationIsWhatTheRightsAllow() {
        let refusal = SandboxError(.userNamespaceRefused, "no", help: "allow it")
        #expect(Isolation.of(.administrate, isRoot: true, refusal: nil) == .namespaces)
        #expect(Isolation.of([.changeRoot, .changeOwner], isRoot: true, refusal: refusal) == .changedRoot)
        for capabilities in [Capabilities.files, []] {
            guard case .refused(let error) = Isolation.of(capabilities, isRoot: true, refusal: refusal) else {
                Issue.record("not refused")
                continue
            }
            #expect(error.help == "allow it")
        }
        #expect(Isolation.of(.changeRoot, isRoot: false, refusal: nil) != .changedRoot)
    }

    @Test(arguments: [
        ("         0          0 4294967295\n", "0 0 4294967295\n"),
        ("0 1000 1\n1 100000 65536\n", "0 0 1\n1 1 65536\n"), ("", ""), ("x\n", ""),
    ])
    func aMapInWhichAllIdsAreThemselves(map: String, expected: String) {
        #expect(UserNamespace.identity(map) == expected)
    }

    @Test func whoNeedsANotifier() {
        func scope(_ mapping: UserNamespace.Mapping, _ map: String = "0 0 4294967295\n") -> NotificationFilter.Scope? {
            HostFacts.notifications(
                UserNamespace(mapping: mapping, originalUserID: 0, originalGroupID: 0), map: map)
        }
        #expect(scope(.all) == nil)
        #expect(scope(.all, "0 1000 1\n1 100000 65536\n") == .deviceNodes)
        #expect(scope(.identity) == .deviceNodes)
        #expect(scope(.subordinate(users: 1, groups: 1)) == .deviceNodes)
        #expect(scope(.single(reason: "")) == .identities)
    }

    @Test func filtersAskOnlyWhatTheyMust() throws {
        let nodes = try NotificationFilter.make(.deviceNodes).count
        let all = try NotificationFilter.make(.identities).count
        // Eight bytes an instruction.
        #expect(nodes % 8 == 0 && nodes > 0 && all > nodes * 4)
    }

    /// Runs a shell script in a changed root. Chroot needs root.
    private func changedRoot(_ script: String) async throws -> (status: Sandbox.ExitStatus, here: String) {
        let fixture = try SandboxFixture()
        let launcher = try SandboxLauncher.fork()
        defer { launcher.shutdown() }
        launcher.state.withLock { $0.host = HostFacts(changesRoot: true) }
        let specification = ProcessSpecification(
            arguments: ["/bin/sh", "-c", script], environment: [SandboxFixture.searchPath],
            workingDirectory: "/work/here", root: .directory(fixture.root))
        let end = try await launcher.run(specification) { _, _ in }
        return (end.status, fixture.exists("root/here") ? try fixture.read("root/here") : "")
    }

    @Test(
        .enabled(if: SandboxFixture.isRoot),
        arguments: [
            ("exit 7", Sandbox.ExitStatus.exited(7)), ("kill -9 $$", .signaled(9)),
            ("test \"$(pwd)\" = /work/here && ls / >/here", .exited(0)),
        ])
    func aChangedRootEndsAsItsProcessDoes(script: String, expected: Sandbox.ExitStatus) async throws {
        let (status, here) = try await changedRoot(script)
        #expect(status == expected)
        if script.contains(">/here") { #expect(here.split(separator: "\n").contains("bin"), "\(here)") }
    }

    @Test(.enabled(if: SandboxFixture.isRoot))
    func whatIsLeftRunningIsKilled() async throws {
        let mark = "31\(UInt32.random(in: 1_000_000...9_999_999))"
        let (status, _) = try await changedRoot(
            "sleep \(mark) & (setsid sleep \(mark) &) ; setsid sh -c 'sleep \(mark) & sleep \(mark)' & sleep 0.3; exit 0"
        )
        #expect(status == .exited(0))
        #expect(
            try SandboxFixture.host([
                "/bin/sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | grep -ac 'slee[p].\(mark)' || true",
            ]) == "0\n")
    }

    @Test(.enabled(if: SandboxFixture.isRoot))
    func whatIsCancelledIsKilled() async throws {
        let mark = "32\(UInt32.random(in: 1_000_000...9_999_999))"
        let task = Task { try await changedRoot("setsid sleep \(mark) & sleep \(mark)") }
        let count = [
            "/bin/sh", "-c",
            "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -ac 'slee[p] \(mark)' || true",
        ]
        while try SandboxFixture.host(count) == "0\n" { try await Task.sleep(for: .milliseconds(50)) }
        task.cancel()
        let end = await task.result
        #expect(throws: CancellationError.self) { try end.get() }
        #expect(try SandboxFixture.host(count) == "0\n")
    }
}
