import SystemPackage
import Testing

@testable import Sandbox

@Suite struct PlanTests {
    @Test(arguments: [
        ("6.5.0", 6, 5), ("6.1.0-30-amd64", 6, 1), ("5.14.0-503.el9", 5, 14), ("10.0", 10, 0),
        ("6.18.44-fc-v657\n", 6, 18),
    ])
    func kernelVersions(text: String, major: Int, minor: Int) throws {
        let version = try #require(HostFacts.parseKernelVersion(text))
        #expect(version == (major, minor))
    }

    @Test(arguments: ["", "6", "x.y", "6.", "-.5"])
    func notKernelVersions(text: String) { #expect(HostFacts.parseKernelVersion(text) == nil) }

    @Test func stepsComeInOrder() {
        let specification = ProcessSpecification(
            arguments: ["x"], root: .readOnlyLayers(["/l"]),
            mounts: [.tmpfs(target: "/a"), .bind(source: "/s", target: "/b", readOnly: false, recursive: true)])
        let steps = MountPlan.make(for: specification, host: HostFacts())
        #expect(
            steps.first
                == MountStep(operation: .rootLayers(LayerStack(lower: ["/l"]), [.noDevices, .readOnly])))
        let own = steps.firstIndex(
            of: MountStep(
                operation: .filesystem(
                    type: "tmpfs", options: [("mode", "1777")], target: "/a", [.noDevices, .noSetUserID])))
        let bind = steps.firstIndex(
            of: MountStep(operation: .bind(source: "/s", target: "/b", [.noDevices]), flags: .recursive))
        let seal = steps.firstIndex(of: MountStep(operation: .seal("/proc/sys")))
        #expect(own != nil && bind != nil && seal != nil)
        #expect(own.map { $0 + 1 } == bind)
        #expect((bind ?? 0) < (seal ?? 0))
    }

    @Test func insecureMasksNothing() {
        let specification = ProcessSpecification(arguments: ["x"], root: .directory("/r"), security: .insecure)
        let steps = MountPlan.make(for: specification, host: HostFacts(hasUnifiedControlGroups: true))
        #expect(steps.first == MountStep(operation: .rootDirectory("/r", [])))
        for step in steps {
            switch step.operation {
            case .mask, .seal: Issue.record("\(step)")
            default: break
            }
        }
        #expect(steps.contains { String(describing: $0).contains("cgroup2") })
    }

    @Test func oldKernelsMountOverlaysByMount() {
        let specification = ProcessSpecification(
            arguments: ["x"], root: .readOnlyLayers(["/l"]), mounts: [.layers(["/m"], target: "/t")])
        let steps = MountPlan.make(for: specification, host: HostFacts(needsLegacyOverlay: true))
        #expect(steps.count(where: { $0.flags.contains(.legacyOverlay) }) == 2)
    }

    @Test(
        arguments: [
            ("a:1:2\nme:100000:65536\n1000:500000:10\n", [(100_000, 65536), (500_000, 10)]),
            ("me:100000:65536", [(100_000, 65536)]), ("", []), ("me:100000:0\nme:x:1\nme:1\nme:1:2:3\n:1:2\n", []),
            ("me:4294967295:1\n", []), ("me:4294967296:1\n", []), ("me:4294967290:5\n", [(4_294_967_290, 5)]),
            ("mee:1:2\nm:1:2\n# me:1:2\n me:1:2\n", []), ("me:-1:5\nme:1:99999999999999999999\n", []),
        ] as [(String, [(UInt32, UInt32)])])
    func subordinateRanges(text: String, expected: [(UInt32, UInt32)]) {
        let ranges = SubordinateIDs.parse(text, owners: ["me", "1000"])
        #expect(ranges == expected.map { SubordinateIDs.Range(first: $0.0, count: $0.1) })
    }

    @Test func mappingCommand() {
        let command = SubordinateIDs.command(
            "/usr/bin/newuidmap", process: 42, own: 1000,
            ranges: [.init(first: 100_000, count: 65536), .init(first: 5, count: 2), .init(first: 7, count: .max)])
        #expect(
            command == [
                "/usr/bin/newuidmap", "42", "0", "1000", "1", "1", "100000", "65536", "65537", "5", "2",
            ])
    }

    @Test func refusalsNameTheSetting() {
        let settings = ["user/max_user_namespaces": "0"]
        #expect(UserNamespace.helpForRefusal(.noSpace) { settings[$0] }.contains("sysctl user.max_user_namespaces="))
        let debian = ["kernel/unprivileged_userns_clone": "0"]
        #expect(UserNamespace.helpForRefusal(.notPermitted) { debian[$0] }.contains("unprivileged_userns_clone=1"))
        let ubuntu = ["kernel/apparmor_restrict_unprivileged_userns": "1"]
        #expect(UserNamespace.helpForRefusal(.notPermitted) { ubuntu[$0] }.contains("apparmor_restrict"))
        #expect(UserNamespace.helpForRefusal(.notPermitted) { _ in nil }.contains("another container"))
    }

    @Test func singleMappingsHaveReasons() {
        func reason(_ tools: Bool, _ ranges: Bool, _ words: String) -> String {
            UserNamespace.reasonForSingle(user: "me", hasTools: tools, hasRanges: ranges, diagnostics: words)
        }
        #expect(reason(false, true, "").contains("uidmap"))
        #expect(reason(true, false, "").contains("usermod --add-subuids"))
        #expect(reason(true, true, "newuidmap: no\nmore\n") == "newuidmap: no; more")
        #expect(reason(true, true, "") == "newuidmap or newgidmap failed")
    }
}
