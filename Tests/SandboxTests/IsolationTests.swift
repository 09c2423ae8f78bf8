import Glibc
import Sandbox
import SystemPackage
import Testing

@Suite(.enabled(if: SandboxFixture.isRoot, "sandboxes need root; RootlessTests cover ordinary users"))
struct IsolationTests {
    let fixture: SandboxFixture

    init() throws { fixture = try SandboxFixture() }

    @Test(arguments: ["mnt", "pid", "ipc", "uts", "cgroup"])
    func namespaceIsItsOwn(name: String) async throws {
        let inside = try await fixture.output("readlink /proc/self/ns/\(name)")
        #expect(inside.hasPrefix("\(name):["))
        #expect(try inside != SandboxFixture.host(["/bin/readlink", "/proc/self/ns/\(name)"]))
    }

    @Test func networkIsTheHostsOrNone() async throws {
        let host = try SandboxFixture.host(["/bin/readlink", "/proc/self/ns/net"])
        #expect(try await fixture.output("readlink /proc/self/ns/net") == host)
        var specification = fixture.shell("readlink /proc/self/ns/net; ls /sys/class/net; ip -o link")
        specification.network = .none
        let lines = try await fixture.output(specification).split(separator: "\n")
        #expect(lines[0] != host.dropLast())
        #expect(lines.contains("lo"))
        #expect(!lines.contains("eth0"))
        #expect(lines.last?.contains("LOOPBACK,UP") == true)
    }

    @Test func commandIsProcessOneInItsOwnSession() async throws {
        let script = "echo $$; cut -d' ' -f 5,6,7 /proc/self/stat; hostname; umask; cat; readlink /proc/self/fd/0"
        let output = try await fixture.output(script)
        #expect(output == "1\n1 1 0\nbuildkitsandbox\n0022\n/dev/null\n")
    }

    @Test func capabilitiesAndFilterAreDockers() async throws {
        // Not by way of the shell, which ignores SIGQUIT itself.
        var specification = fixture.shell("")
        specification.arguments = ["cat", "/proc/self/status"]
        let output = try await fixture.output(specification)
        let expected = [
            "CapInh": "0000000000000000", "CapPrm": "00000000a80425fb", "CapEff": "00000000a80425fb",
            "CapBnd": "00000000a80425fb", "CapAmb": "0000000000000000", "NoNewPrivs": "0", "Seccomp": "2",
            "SigBlk": "0000000000000000", "SigIgn": "0000000000000000", "Groups": "",
        ]
        let actual = Self.fields(output)
        for (key, value) in expected { #expect(actual[key] == value, "\(key)") }
    }

    @Test func otherUsersHaveNoCapabilities() async throws {
        var specification = fixture.shell(
            "grep -E '^(Cap|Uid|Gid|Groups|NoNewPrivs)' /proc/1/status; echo hi >/dev/stdout")
        specification.user = UserIdentity(userID: 1000, groupID: 100, supplementaryGroupIDs: [5, 27])
        specification.noNewPrivileges = true
        let output = try await fixture.output(specification)
        let actual = Self.fields(output)
        #expect(actual["Uid"] == "1000\t1000\t1000\t1000")
        #expect(actual["Gid"] == "100\t100\t100\t100")
        #expect(actual["Groups"] == "5 27")
        #expect(actual["CapEff"] == "0000000000000000")
        #expect(actual["CapPrm"] == "0000000000000000")
        #expect(actual["CapBnd"] == "00000000a80425fb")
        #expect(actual["NoNewPrivs"] == "1")
        #expect(output.hasSuffix("hi\n"))
    }

    @Test func insecureKeepsEverything() async throws {
        var specification = fixture.shell(
            "grep -E '^(CapEff|Seccomp:)' /proc/1/status; mount -t tmpfs none /tmp; grep -c . /proc/interrupts")
        specification.security = .insecure
        let actual = Self.fields(try await fixture.output(specification))
        #expect(actual["Seccomp"] == "0")
        let own = try SandboxFixture.host(["/bin/grep", "^CapPrm", "/proc/self/status"])
        #expect(actual["CapEff"] == Self.fields(own)["CapPrm"])
    }

    @Test func environmentAndArgumentsAreExact() async throws {
        var specification = fixture.shell("")
        specification.arguments = ["cat", "/proc/self/environ", "/proc/self/cmdline"]
        specification.environment = ["B=2", SandboxFixture.searchPath, "A=x y", "EMPTY=", "Ü=ß"]
        let output = try await fixture.output(specification)
        let expected = specification.environment + specification.arguments
        #expect(output == expected.map { $0 + "\0" }.joined())
    }

    @Test func noDescriptorOfTheHostLeaks() async throws {
        // 3 is ls's own, of the directory it lists.
        #expect(try await fixture.output("ls /proc/self/fd") == "0\n1\n2\n3\n")
        #expect(try await fixture.output("ls /proc/1/fd; true") == "0\n1\n2\n")
    }

    @Test func mountsOfTheHostAreGone() async throws {
        let mounts = try await fixture.output("cat /proc/self/mountinfo").split(separator: "\n")
        let places = mounts.map { $0.split(separator: " ")[4] }
        #expect(places.first == "/")
        #expect(places.count(where: { $0 == "/" }) == 1)
        #expect(places.contains("/dev/pts") && places.contains("/dev/shm") && places.contains("/dev/mqueue"))
        for place in places {
            #expect(place == "/" || ["/proc", "/dev", "/sys"].contains { place.hasPrefix($0) }, "\(place)")
        }
    }

    @Test(arguments: [
        // What must fail, and how.
        ("mount -t tmpfs none /tmp", "permission denied"),
        ("unshare -U true", "permitted"),
        ("chroot / true && false", ""),
        ("echo 1 >/proc/sys/kernel/domainname", "Read-only"),
        ("touch /sys/x", "Read-only"),
        ("mknod /dev/disk b 254 0 && head -c 1 /dev/disk", "Permission denied"),
        ("mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk", "Permission denied"),
        ("dd if=/proc/kcore of=/dev/null count=1 2>&1 | grep -q '^0+0 records in' && echo empty >&2; false", ""),
        ("test -n \"$(ls /sys/firmware)\"", ""),
        ("date -s 2000-01-01; false", "permitted"),
    ])
    func isRefused(script: String, reason: String) async throws {
        let outcome = try await fixture.run(fixture.shell(script))
        #expect(outcome.status != .exited(0))
        #expect(outcome.errors.contains(reason), "\(outcome.errors)")
    }

    @Test func devicesWork() async throws {
        let script = """
            echo x >/dev/null; head -c 3 /dev/zero | wc -c; head -c 3 /dev/urandom | wc -c; echo x >/dev/full || echo full
            ls -l /dev | awk '{print $1}' | sort | uniq -c | sort -rn | head -1 | awk '{print $2}'
            readlink /dev/fd; readlink /dev/stdin; readlink /dev/ptmx; df /dev/shm | tail -1 | awk '{print $2}'
            """
        let output = try await fixture.output(script)
        #expect(output == "3\n3\nfull\ncrw-rw-rw-\n/proc/self/fd\n/proc/self/fd/0\npts/ptmx\n65536\n")
    }

    @Test func workingDirectoryIsMade() async throws {
        var specification = fixture.shell("pwd; stat -c '%a %u' /a /a/b", root: try fixture.overlay("cwd"))
        specification.workingDirectory = "/a/b"
        #expect(try await fixture.output(specification) == "/a/b\n755 0\n755 0\n")
        #expect(fixture.exists("cwd/upper/a/b"))
    }

    @Test func limitsAreSet() async throws {
        var specification = fixture.shell("ulimit -n; ulimit -Hn")
        specification.resourceLimits = [ResourceLimit(resource: 7, soft: 123, hard: 456)]
        #expect(try await fixture.output(specification) == "123\n456\n")
    }

    /// "Key:\tvalue" lines.
    static func fields(_ text: String) -> [String: String] {
        Dictionary(
            text.split(separator: "\n").compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].drop { $0 == "\t" }
                return (String(line[..<colon]), String(value.reversed().drop { $0 == " " || $0 == "\t" }.reversed()))
            }, uniquingKeysWith: { first, _ in first })
    }
}
