import Glibc
import SystemPackage
import Testing

@testable import Sandbox

@Suite struct ControlGroupTests {
    private static func limits(_ change: (inout ControlGroupLimits) -> Void) -> ControlGroupLimits {
        var limits = ControlGroupLimits()
        change(&limits)
        return limits
    }

    private static let everything = limits {
        $0.memory = 64 << 20
        $0.memoryAndSwap = 96 << 20
        $0.cpuShares = 512
        $0.cpuQuota = 50_000
        $0.cpus = "0"
    }

    // MARK: Machines

    /// A server with systemd and cgroup v2 only, seen from a login session.
    private static let unified = (
        mounts: "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
        membership: "0::/user.slice/user-1000.slice/session-3.scope\n"
    )
    /// Debian before 11: v1 for everything that counts, v2 for systemd.
    private static let hybrid = (
        mounts: """
        25 24 0:22 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
        26 25 0:23 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw
        27 25 0:24 / /sys/fs/cgroup/systemd rw,nosuid - cgroup cgroup rw,xattr,name=systemd
        28 25 0:25 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:11 - cgroup cgroup rw,cpu,cpuacct
        29 25 0:26 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory

        """,
        membership: "9:memory:/user.slice\n5:cpu,cpuacct:/user.slice/a\n1:name=systemd:/user.slice\n0::/user.slice\n"
    )

    private static func hierarchies(
        _ machine: (mounts: String, membership: String)
    ) -> [ControlGroupHierarchy] {
        ControlGroupHierarchy.parse(mountInfo: machine.mounts, membership: machine.membership)
    }

    @Test func unifiedMachine() throws {
        let found = Self.hierarchies(Self.unified)
        #expect(found.map(\.isUnified) == [true])
        let plan = ControlGroupPlan.make(for: Self.everything, found, unifiedControllers: ["memory", "cpu", "pids"])
        #expect(plan.unavailable == [.cpuset])
        let group = try #require(plan.groups.first)
        #expect(plan.groups.count == 1)
        // The neighbours of this process's own group come first.
        #expect(
            group.parents == [
                "/sys/fs/cgroup/user.slice/user-1000.slice",
                "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope",
            ])
        #expect(
            group.settings[.memory] == [
                .init(file: "memory.max", value: "67108864"),
                .init(file: "memory.swap.max", value: "33554432", isOptional: true),
            ])
        #expect(
            group.settings[.cpu] == [
                .init(file: "cpu.weight", value: "59"), .init(file: "cpu.max", value: "50000 100000"),
            ])
    }

    @Test func hybridMachine() throws {
        let found = Self.hierarchies(Self.hybrid)
        let plan = ControlGroupPlan.make(for: Self.everything, found, unifiedControllers: [])
        #expect(plan.unavailable == [.cpuset])
        #expect(
            plan.groups.map(\.parents) == [
                ["/sys/fs/cgroup/memory/user.slice"], ["/sys/fs/cgroup/cpu,cpuacct/user.slice/a"],
            ])
        #expect(
            plan.groups.first?.settings[.memory] == [
                .init(file: "memory.limit_in_bytes", value: "67108864"),
                .init(file: "memory.memsw.limit_in_bytes", value: "100663296", isOptional: true),
            ])
        #expect(
            plan.groups.last?.settings[.cpu] == [
                .init(file: "cpu.shares", value: "512"), .init(file: "cpu.cfs_quota_us", value: "50000"),
            ])
    }

    @Test(arguments: [
        ("", ""), ("1 2 0:3 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n", "0::/\n"),
        // Mounted, but this process is in no group of it that can be seen.
        ("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", ""),
        ("junk\n- cgroup2 - -\n1 2 3 - cgroup\n\u{0}\n", "0\n::\n:::/\n"),
    ])
    func machinesWithout(mounts: String, membership: String) {
        let found = ControlGroupHierarchy.parse(mountInfo: mounts, membership: membership)
        #expect(found == [])
        let plan = ControlGroupPlan.make(for: Self.everything, found, unifiedControllers: [])
        #expect(plan.unavailable == [.memory, .cpu, .cpuset])
        #expect(plan.groups == [])
    }

    @Test(
        arguments: [
            // In a container the mount shows a part of the hierarchy.
            ("/docker/abc", "/docker/abc", "/sys/fs/cgroup"), ("/docker/abc", "/docker/abc/x", "/sys/fs/cgroup/x"),
            ("/", "/", "/sys/fs/cgroup"), ("/", "/../../outside", "/sys/fs/cgroup"),
            ("/docker/abc", "/elsewhere", "/sys/fs/cgroup"),
        ])
    func ownDirectory(root: String, membership: String, own: String) {
        let found = ControlGroupHierarchy.parse(
            mountInfo: "30 23 0:26 \(root) /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", membership: "0::\(membership)\n")
        #expect(found.map(\.own) == [FilePath(own)])
    }

    @Test func octalInMountPoints() {
        let found = ControlGroupHierarchy.parse(
            mountInfo: "30 23 0:26 / /a\\040b\\134c rw - cgroup2 cgroup2 rw\n", membership: "0::/\n")
        #expect(found.map(\.mount) == ["/a b\\c"])
    }

    @Test(arguments: [
        ("/builds", "/sys/fs/cgroup/builds"), ("builds/a", "/sys/fs/cgroup/builds/a"),
        ("../../../etc", "/sys/fs/cgroup/etc"), ("/", "/sys/fs/cgroup"),
    ])
    func namedParent(parent: String, directory: String) {
        let limits = Self.limits { $0.parent = FilePath(parent) }
        let plan = ControlGroupPlan.make(for: limits, Self.hierarchies(Self.unified), unifiedControllers: [])
        #expect(plan.groups.map(\.parents) == [[FilePath(directory)]])
    }

    @Test(
        arguments: [(2, 1), (1, 1), (1024, 100), (512, 59), (262_144, 10_000), (.max, 10_000)] as [(UInt64, UInt64)])
    func weights(shares: UInt64, weight: UInt64) {
        #expect(ControlGroupSettings.weight(ofShares: shares) == weight)
    }

    @Test func swapWithoutLimit() {
        let limits = Self.limits {
            $0.memory = 1 << 20
            $0.memoryAndSwap = -1
        }
        #expect(ControlGroupSettings.unified(limits, .memory).last?.value == "max")
        #expect(ControlGroupSettings.legacy(limits, .memory).last?.value == "-1")
    }

    @Test(arguments: [
        ("low 0\noom 1\noom_kill 3\n", 3), ("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", 1), ("", 0),
        ("oom_kill\noom_kill x\n", 0),
    ])
    func kills(events: String, count: Int) {
        #expect(ControlGroup.count("oom_kill", in: events) == count)
    }

    // MARK: Trees

    /// A machine in a directory, whose files nobody interprets.
    private func machine(
        _ fixture: SandboxFixture, _ machine: (mounts: String, membership: String), files: [String]
    ) throws -> FilePath {
        try fixture.makeDirectory("machine/proc/self")
        try fixture.write("machine/proc/self/mountinfo", machine.mounts)
        try fixture.write("machine/proc/self/cgroup", machine.membership)
        for file in files {
            try fixture.makeDirectory("machine/\(FilePath(file).removingLastComponent())")
            try fixture.write("machine/\(file)", "")
        }
        return fixture.directory.appending("machine")
    }

    @Test func noteSaysWhatIsMissing() throws {
        let fixture = try SandboxFixture()
        let limits = Self.limits { $0.memory = 1 << 20 }
        let nothing = ControlGroups(enforcing: limits, root: try machine(fixture, ("", ""), files: []))
        #expect(nothing.note?.hasPrefix("memory limits are not enforced: no control groups") == true)
        #expect(try nothing.make() == nil)

        let session = "sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope/cgroup.controllers"
        let undelegated = ControlGroups(
            enforcing: limits, root: try machine(fixture, Self.unified, files: [session]))
        #expect(undelegated.note?.contains("controller \"memory\"") == true, "\(undelegated.note ?? "")")
    }

    @Test func oneNoteForAllLimits() throws {
        let fixture = try SandboxFixture()
        let groups = ControlGroups(enforcing: Self.everything, root: try machine(fixture, ("", ""), files: []))
        #expect(groups.note?.hasPrefix("memory limits and CPU limits and CPU sets are not enforced: ") == true)
    }

    @Test(
        arguments: [
            (Errno.permissionDenied, true, "systemd-run --user"), (.permissionDenied, false, "as root"),
            (.resourceBusy, true, "--cgroup-parent"), (.readOnlyFileSystem, true, "in a container"),
        ])
    func advice(cause: Errno, isUnified: Bool, text: String) {
        let hierarchy = ControlGroupHierarchy(isUnified: isUnified, controllers: [], mount: "/c", own: "/c")
        let description = ControlGroupFailure("/c/x", cause, hierarchy).description
        #expect(description.hasPrefix("/c/x cannot be written: ") && description.contains(text), "\(description)")
    }

    /// A directory where no kernel makes the files of a new group: the note names what cannot be written, and nothing
    /// stays.
    @Test func noteSaysWhatCannotBeWritten() throws {
        let fixture = try SandboxFixture()
        let root = try machine(fixture, Self.hybrid, files: ["sys/fs/cgroup/memory/user.slice/cgroup.procs"])
        let groups = ControlGroups(enforcing: Self.limits { $0.memory = 1 << 20 }, root: root)
        let note = try #require(groups.note)
        #expect(note.contains("memory limits are not enforced"))
        #expect(note.contains("memory.limit_in_bytes"))
        #expect(try SandboxFixture.host(["/bin/ls", "\(root)/sys/fs/cgroup/memory/user.slice"]) == "cgroup.procs\n")
    }

    /// Whether this machine lets the tests make groups.
    private static let works: Bool = {
        let groups = ControlGroups(enforcing: limits { $0.memory = 1 << 26 })
        return groups.note == nil
    }()

    @Test(.enabled(if: works)) func aLimitHolds() async throws {
        let fixture = try SandboxFixture()
        let groups = ControlGroups(enforcing: Self.limits { $0.memory = 16 << 20 })
        #expect(groups.note == nil)
        let group = try #require(try groups.make())
        // dd's buffer is memory that it touches.
        var greedy = fixture.shell("exec dd if=/dev/zero of=/dev/null bs=64M count=1")
        greedy.controlGroup = group
        let result = try await fixture.run(greedy)
        #expect(result.status == .signaled(9), "\(result)")
        #expect(group.outOfMemoryKills == 1)
        var modest = fixture.shell("cat /proc/self/cgroup")
        modest.controlGroup = group
        // The process sees its group as the root.
        #expect(try await !fixture.output(modest).contains("slipway-"))
        #expect(group.remove() == [])
        for directory in group.directories {
            #expect(unsafe directory.withPlatformString { unsafe access($0, F_OK) } != 0)
        }
    }
}
