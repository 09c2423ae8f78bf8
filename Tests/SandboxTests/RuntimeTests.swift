import SystemPackage
import Testing

@testable import Sandbox

@Suite struct RuntimeTests {
    @Test func confinedProcess() throws {
        let specification = ProcessSpecification(
            arguments: ["sh", "-c", "true"], environment: ["A=1", "B=ü"], workingDirectory: "/w",
            user: UserIdentity(userID: 7, groupID: 8, supplementaryGroupIDs: [9]), hostname: "h",
            root: .readOnlyLayers(["/l"]),
            resourceLimits: [
                ResourceLimit(resource: 7, soft: 10, hard: .max), ResourceLimit(resource: 99, soft: 1, hard: 1),
            ])
        let configuration = RuntimeConfiguration(specification)
        #expect(configuration.process.args == ["sh", "-c", "true"])
        #expect(configuration.process.env == ["A=1", "B=ü"])
        #expect(configuration.process.cwd == "/w")
        #expect(configuration.process.user == .init(uid: 7, gid: 8, additionalGids: [9]))
        #expect(configuration.process.rlimits == [.init(type: "RLIMIT_NOFILE", soft: 10, hard: .max)])
        #expect(configuration.process.capabilities.bounding.count == 14)
        #expect(configuration.process.capabilities.bounding.contains("CAP_MKNOD"))
        #expect(!configuration.process.capabilities.bounding.contains("CAP_SYS_ADMIN"))
        #expect(configuration.process.capabilities.effective == [])
        #expect(configuration.process.capabilities.ambient == [])
        #expect(configuration.linux.maskedPaths.contains("/proc/kcore"))
        #expect(configuration.linux.readonlyPaths.contains("/proc/sys"))
        #expect(configuration.mounts.map(\.destination) == ["/proc", "/dev"])
        let seccomp = try #require(configuration.linux.seccomp)
        #expect(seccomp.syscalls.first?.names.contains("openat") == true)
        #expect(!seccomp.syscalls.flatMap(\.names).contains("mount"))
        #expect(seccomp.syscalls.last == .init(names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38))
        let text = String(decoding: try configuration.encoded(), as: UTF8.self)
        #expect(text.contains("\"hard\":18446744073709551615"))
        #expect(text.contains("\"ociVersion\":\"1.0.2\""))
    }

    @Test func insecureProcess() {
        let specification = ProcessSpecification(
            arguments: ["x"], user: UserIdentity(userID: 7, groupID: 8), root: .directory("/r"), security: .insecure)
        let configuration = RuntimeConfiguration(specification)
        #expect(configuration.linux.seccomp == nil)
        #expect(configuration.linux.maskedPaths == [] && configuration.linux.readonlyPaths == [])
        #expect(configuration.process.capabilities.ambient.contains("CAP_SYS_ADMIN"))
        #expect(configuration.process.capabilities.ambient == configuration.process.capabilities.bounding)
    }

    @Test func capabilitiesHaveTheirNumbers() {
        #expect(
            RuntimeConfiguration.capabilities(1 | 1 << 21 | 1 << 27 | 1 << 40) == [
                "CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_MKNOD", "CAP_CHECKPOINT_RESTORE",
            ])
    }

    @Test func runtimesAreFoundByNameOrPath() throws {
        let fixture = try SandboxFixture()
        try fixture.makeDirectory("tools")
        let tool = try fixture.write("tools/runc", "", mode: .init(rawValue: 0o755))
        try fixture.write("tools/crun", "", mode: .init(rawValue: 0o644))
        let path = tool.removingLastComponent().string
        #expect(try ContainerRuntime.find("runc", path: "relative:/none:\(path)").program == tool.string)
        #expect(
            try ContainerRuntime.find(tool.string, path: nil).command("/b").prefix(2) == [
                tool.string, "--rootless=true",
            ])
        for (name, code, words) in [
            ("crun", SandboxError.Code.toolMissing, "package crun"), ("\(path)/runc-2", .toolMissing, "not a program"),
            ("kata", .invalidSpecification, "runc, crun"), ("", .invalidSpecification, "runc, crun"),
            ("/bin", .invalidSpecification, "runc, crun"),
        ] {
            let error = #expect(throws: SandboxError.self) {
                try ContainerRuntime.find(name, path: path, isMachineRoot: false)
            }
            #expect(error?.code == code, "\(name)")
            let text = error?.description ?? ""
            #expect(text.contains(words), "\(name): \(text)")
        }
    }

    /// Seen with crun 1.8: it mounts the root again without `nodev`.
    @Test func crunIsNotForRoot() throws {
        let error = #expect(throws: SandboxError.self) {
            try ContainerRuntime.find("crun", path: "/usr/bin", isMachineRoot: true)
        }
        #expect(error?.code == .isolationRefused && error?.help?.contains("runc") == true)
    }

    @Test func theLauncherExecutesTheRuntime() throws {
        let runtime = ContainerRuntime(.crun, program: "/usr/bin/crun")
        let specification = ProcessSpecification(
            arguments: ["secret-command"], environment: ["TOKEN=x"], workingDirectory: "/w",
            user: UserIdentity(userID: 7, groupID: 8), root: .readOnlyLayers(["/l"]),
            runtime: RuntimeBundle(runtime, directory: "/b"))
        let executed = specification.executing(RuntimeBundle(runtime, directory: "/b"))
        #expect(
            executed.arguments == [
                "/usr/bin/crun", "--cgroup-manager=disabled", "--root", "/b/state", "run", "--bundle", "/b", "slipway",
            ])
        #expect(executed.environment.count == 1 && executed.user == .root)
        let steps = MountPlan.make(for: executed, host: HostFacts())
        #expect(!steps.contains { $0.isOfProcesses })
        #expect(steps.contains { String(describing: $0).contains("/dev/null") })
        #expect(!steps.contains { String(describing: $0).contains("mask(") })
    }

    @Test func privateNetworksAreFoundOnPath() throws {
        let fixture = try SandboxFixture()
        try fixture.makeDirectory("only")
        let pasta = try fixture.write("only/pasta", "", mode: .init(rawValue: 0o755))
        let path = pasta.removingLastComponent().string
        let network = try PrivateNetwork.find(path: path)
        #expect(network.program == pasta.string && network.words.first == "1")
        // Ports are forwarded by default; and the machine's loopback is the gateway.
        for word in ["-T", "-U", "-t", "-u", "--no-map-gw"] { #expect(network.words.contains(word)) }
        let slirp = try fixture.write("only/slirp4netns", "", mode: .init(rawValue: 0o755))
        let preferred = try PrivateNetwork.find(path: path)
        #expect(preferred.program == slirp.string)
        #expect(preferred.words.contains("--disable-host-loopback"))
        let error = #expect(throws: SandboxError.self) { try PrivateNetwork.find(path: "/none") }
        #expect(error?.code == .toolMissing && error?.help?.contains("passt") == true)
    }

    @Test(arguments: [
        ("", "nameserver 10.0.2.3\n"),
        ("nameserver 127.0.0.53\nnameserver ::1\n", "nameserver 10.0.2.3\n"),
        ("# x\nsearch a b\n\tnameserver 1.2.3.4\noptions edns0", "nameserver 10.0.2.3\nsearch a b\noptions edns0\n"),
        ("domain\td\nsearchx y\n\n\n", "nameserver 10.0.2.3\ndomain\td\n"),
    ])
    func nameServersOfPrivateNetworks(host: String, inside: String) {
        let network = PrivateNetwork(.slirp4netns, program: "/slirp4netns")
        #expect(String(decoding: network.resolverConfiguration(host: Array(host.utf8)), as: UTF8.self) == inside)
    }
}
