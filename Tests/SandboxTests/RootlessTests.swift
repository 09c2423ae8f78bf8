import Glibc
import SystemPackage
import Testing

@testable import Sandbox

/// What an ordinary user can do. Started by root, the tests use the account `slipwaytest`, which they make if it is missing;
/// started by an ordinary user, they use that.
@Suite(.serialized) struct RootlessTests {
    let fixture: SandboxFixture

    init() throws {
        fixture = try SandboxFixture()
        if SandboxFixture.isRoot, unsafe getpwnam("slipwaytest") == nil {
            try SandboxFixture.host(["/usr/sbin/useradd", "--create-home", "slipwaytest"])
        }
        // As in a user's own store: files of an owner who does not exist in the namespace cannot be changed.
        if SandboxFixture.isRoot {
            try SandboxFixture.host(["/bin/chown", "-Rh", "slipwaytest:", fixture.root.string])
        }
    }

    func command(_ arguments: [String]) throws -> [String] {
        // The build directory may be closed to others; a copy in /tmp is not.
        let program = fixture.directory.appending("harness").string
        if !fixture.exists("harness") { try SandboxFixture.host(["/bin/cp", try SandboxFixture.harness(), program]) }
        guard SandboxFixture.isRoot else { return [program] + arguments }
        return ["/sbin/runuser", "-u", "slipwaytest", "--", program] + arguments
    }

    func harness(_ arguments: [String], expecting code: Int32 = 0) throws -> String {
        try SandboxFixture.host(command(arguments), expecting: code)
    }

    @Test func namespaceHasSubordinateIDs() throws {
        let text = try harness(["namespace"])
        #expect(text.contains("subordinate(users: 65536, groups: 65536)"))
        #expect(!text.contains("originalUserID: 0"))
    }

    @Test func runsAsRootOfTheNamespace() throws {
        let script =
            "id -u; id -g; cat /proc/self/uid_map | wc -l; hostname; ls /proc | grep -c '^[0-9]*$' >/dev/null; grep -E '^(CapEff|Seccomp:)' /proc/self/status; echo x >/dev/null; ls /dev/pts"
        let output = try harness(["run", fixture.root.string, "/bin/sh", "-c", script])
        #expect(output == "0\n0\n2\nbuildkitsandbox\nCapEff:\t00000000a80425fb\nSeccomp:\t2\nptmx\n")
    }

    @Test func ownersAndOverlaysWork() throws {
        let scratch = try fixture.makeDirectory("theirs")
        try SandboxFixture.host(["/bin/chmod", "777", scratch.string])
        let script =
            "touch /file; chown 33:44 /file; rm /bin/wc; stat -c '%u %g' /file; rm -r /etc; mkdir /etc; touch /etc/x"
        let directory = scratch.appending("o").string
        let output = try harness(["overlay", directory, fixture.root.string, "/bin/sh", "-c", script])
        #expect(output == "33 44\n")
        #expect(fixture.exists("theirs/o/upper/file"))
        let owner = try SandboxFixture.host(["/usr/bin/stat", "-c", "%u", directory + "/upper/file"])
        #expect(Int(owner.dropLast()) ?? 0 >= 100_000 + 32)
        #expect(
            try SandboxFixture.host(["/usr/bin/stat", "-c", "%F %t:%T", directory + "/upper/bin/wc"])
                == "character special file 0:0\n")
    }

    @Test func exitCodesAndErrors() throws {
        _ = try harness(["run", fixture.root.string, "/bin/sh", "-c", "exit 7"], expecting: 7)
        let error = try harness(["run", fixture.root.string, "nosuch"], expecting: 125)
        #expect(error.contains("exec: \"nosuch\": executable file not found in $PATH"))
    }

    @Test(.enabled(if: SandboxFixture.isRoot, "needs an account without subordinate ids"))
    func withoutSubordinateIDsOneIsMapped() throws {
        let program = try command([])[4]
        let text = try SandboxFixture.host(["/sbin/runuser", "-u", "nobody", "--", program, "namespace"])
        #expect(text.contains("single(reason: \"nobody has no subordinate ids: run usermod"))
        let run = [
            "/sbin/runuser", "-u", "nobody", "--", program, "run", fixture.root.string, "/bin/sh", "-c",
            "id -u; id -g; cat /proc/self/setgroups",
        ]
        #expect(try SandboxFixture.host(run) == "0\n0\ndeny\n")
    }

    @Test(.enabled(if: SandboxFixture.isRoot, "needs setpriv"))
    func withoutNewPrivilegesOneIsMapped() throws {
        var arguments = try command(["namespace"])
        arguments.insert(contentsOf: ["/usr/bin/setpriv", "--no-new-privs"], at: 4)
        let text = try SandboxFixture.host(arguments)
        #expect(text.contains("single(reason: \"newuidmap"))
    }
}
