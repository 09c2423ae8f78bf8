import SystemPackage
import Testing

@testable import Sandbox

struct MachineCheckTests {
    @Test(arguments: [
        ("6.1.0-18-amd64", MachineCheck.State.ok), ("5.12.0", .ok), ("5.11.9", .missing), ("4.19.0-6-amd64", .missing),
        ("5.15.0-91-generic", .ok), ("10.0", .ok), ("5", .limited), ("", .limited), ("unknown", .limited),
    ])
    func kernels(release: String, state: MachineCheck.State) {
        let item = MachineCheck.kernel(release: release)
        #expect(item.state == state)
        #expect((item.help != nil) == (state == .missing))
    }

    @Test(arguments: [
        (UserNamespace.Mapping.all, MachineCheck.State.ok), (.subordinate(users: 65536, groups: 65536), .ok),
        (.single(reason: "install uidmap"), .limited),
    ])
    func users(mapping: UserNamespace.Mapping, state: MachineCheck.State) {
        let namespace = UserNamespace(mapping: mapping, originalUserID: 1000, originalGroupID: 1000)
        #expect(MachineCheck.users(namespace).state == state)
    }

    @Test func toolsThatBuildsMayAskFor() throws {
        let items = MachineCheck.tools(path: "/none")
        #expect(items.map(\.state) == [.limited, .limited])
        #expect(items.allSatisfy { $0.help?.contains("install the package") == true })
        let fixture = try SandboxFixture()
        try fixture.makeDirectory("tools")
        for name in ["runc", "pasta"] { try fixture.write("tools/\(name)", "", mode: .init(rawValue: 0o755)) }
        let path = fixture.directory.appending("tools").string
        #expect(MachineCheck.tools(path: path).map(\.state) == [.ok, .ok])
    }
}
