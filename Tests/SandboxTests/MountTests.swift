import Synchronization
import SystemPackage
import Testing

@testable import Sandbox

@Suite(.enabled(if: SandboxFixture.isRoot, "sandboxes need root; RootlessTests cover ordinary users"))
struct MountTests {
    let fixture: SandboxFixture

    init() throws { fixture = try SandboxFixture() }

    /// Some layers, topmost first, each with `who` and a file of its own.
    func layers(_ names: [String]) throws -> [FilePath] {
        try names.map { name in
            let layer = try fixture.makeDirectory("layers/\(name)")
            try fixture.write("layers/\(name)/who", name)
            try fixture.write("layers/\(name)/only-\(name)", "")
            return layer
        }
    }

    @Test func overlayKeepsChangesInUpper() async throws {
        let root = try fixture.overlay("o", lower: layers(["top", "middle"]) + [fixture.root])
        #expect(
            try await fixture.output(
                fixture.shell("cat /who; echo new >/file; rm -r /only-middle /tmp; mkdir /tmp", root: root)) == "top")
        #expect(try fixture.read("o/upper/file") == "new\n")
        #expect(!fixture.exists("root/file"))
        // A whiteout is a character device 0:0, an opaque directory has the user xattr.
        #expect(
            try SandboxFixture.host([
                "/usr/bin/stat", "-c", "%F %t:%T", fixture.directory.appending("o/upper/only-middle").string,
            ]) == "character special file 0:0\n")
        let opaque = try SandboxFixture.host([
            "/usr/bin/getfattr", "-d", "-m", "user", "--only-values", "--absolute-names",
            fixture.directory.appending("o/upper/tmp").string,
        ])
        #expect(opaque == "y")
        let names = try SandboxFixture.host(["/bin/ls", "-A", fixture.directory.appending("o/upper").string])
        #expect(names == "file\nonly-middle\ntmp\n")
    }

    @Test(arguments: [false, true])
    func manyLayers(legacy: Bool) async throws {
        let launcher = try SandboxLauncher.fork()
        defer { launcher.shutdown() }
        if legacy { launcher.state.withLock { $0.host = HostFacts(needsLegacyOverlay: true) } }
        let names = (0..<150).map { "layer-\($0)" }
        let root = try fixture.overlay("many", lower: layers(names) + [fixture.root])
        let outcome = try await fixture.run(
            fixture.shell("cat /who; ls -d /only-* | wc -l; touch /done", root: root), on: launcher)
        #expect(outcome.output == "layer-0150\n")
        #expect(fixture.exists("many/upper/done"))
    }

    @Test(arguments: [false, true])
    func fewLayers(legacy: Bool) async throws {
        let launcher = try SandboxLauncher.fork()
        defer { launcher.shutdown() }
        if legacy { launcher.state.withLock { $0.host = HostFacts(needsLegacyOverlay: true) } }
        // FROM scratch with the program from another stage, as a whole and below a subpath.
        var specification = fixture.shell("ls -A /; touch /x", root: try fixture.overlay("scratch", lower: []))
        specification.mounts = [.layers([fixture.root], subpath: "/bin", target: "/bin")]
        let outcome = try await fixture.run(specification, on: launcher)
        #expect(outcome.output == "bin\ndev\nproc\nsys\n", "\(outcome.errors)")
        #expect(fixture.exists("scratch/upper/x"))
        specification = fixture.shell("touch /x", root: .readOnlyLayers([fixture.root]))
        #expect(try await fixture.run(specification, on: launcher).errors.contains("Read-only file system"))
    }

    @Test func longAndStrangePaths() async throws {
        let deep =
            "strange:na,me\\with=all/" + String(repeating: "d", count: 200) + "/" + String(repeating: "e", count: 100)
        let lower = try fixture.makeDirectory(deep)
        try fixture.write(deep + "/here", "yes")
        let root = try fixture.overlay(deep + "-x", lower: [lower, fixture.root])
        #expect(try await fixture.output(fixture.shell("cat /here", root: root)) == "yes")
    }

    @Test func bindsAreReadOnlyUnlessTold() async throws {
        let source = try fixture.makeDirectory("source")
        try fixture.write("source/file", "content")
        var specification = fixture.shell(
            "cat /ro/file /one; touch /rw/made; touch /ro/x; touch /one", root: try fixture.overlay("b"))
        specification.mounts = [
            .bind(source: source, target: "/ro"), .bind(source: source, target: "/rw", readOnly: false),
            .bind(source: source.appending("file"), target: "/one"),
        ]
        let outcome = try await fixture.run(specification)
        #expect(outcome.output == "contentcontent")
        #expect(outcome.errors.contains("/ro/x: Read-only") && outcome.errors.contains("/one: Read-only"))
        #expect(fixture.exists("source/made"))
    }

    @Test func stagesCanBeMountedForWriting() async throws {
        let stage = try layers(["upper-stage", "lower-stage"])
        let scratch = SandboxMount.Scratch(
            upper: try fixture.makeDirectory("w/upper"), work: try fixture.makeDirectory("w/work"))
        var specification = fixture.shell(
            "cat /from/who /from/only-lower-stage; echo new >/from/who; cat /from/who; touch /kept/x")
        specification.mounts = [
            .layers(stage, target: "/from", scratch: scratch), .layers(stage, subpath: "/", target: "/kept"),
        ]
        let outcome = try await fixture.run(specification)
        #expect(outcome.output == "upper-stagenew\n")
        #expect(outcome.errors.contains("/kept/x: Read-only"))
        #expect(try fixture.read("layers/upper-stage/who") == "upper-stage")
    }

    @Test func subpathsStayInsideTheirStack() async throws {
        try fixture.makeDirectory("stage")
        try fixture.write("stage/inside", "stage")
        try SandboxFixture.host([
            "/bin/ln", "-s", "/../../../../inside", fixture.directory.appending("stage/link").string,
        ])
        var specification = fixture.shell("cat /t")
        specification.mounts = [.layers([fixture.directory.appending("stage")], subpath: "/link", target: "/t")]
        #expect(try await fixture.output(specification) == "stage")
        specification.mounts = [.layers([fixture.directory.appending("stage")], subpath: "/missing", target: "/t")]
        await #expect(throws: SandboxError.self) { try await fixture.run(specification) }
    }

    @Test func memoryFilesystem() async throws {
        var specification = fixture.shell(
            "stat -c %a /scratch; df /scratch | tail -1 | awk '{print $2}'; touch /scratch/x")
        specification.mounts = [.tmpfs(target: "/scratch", size: 1 << 20, mode: 0o700)]
        #expect(try await fixture.output(specification) == "700\n1024\n")
    }

    @Test func secretsLiveInMemoryOnly() async throws {
        let secret = "correct horse \(UInt64.random(in: 0 ... .max))"
        var specification = fixture.shell(
            """
            cat /run/secrets/token; stat -c '%a %u %g' /run/secrets/token; echo more >>/etc/hosts; cat /etc/hosts
            (echo x >>/run/secrets/token) 2>/dev/null || echo refused
            """,
            root: try fixture.overlay("s"))
        specification.mounts = [
            .file(bytes: Array(secret.utf8), target: "/run/secrets/token", mode: 0o400, userID: 7, groupID: 8),
            .file(bytes: Array("127.0.0.1 localhost\n".utf8), target: "/etc/hosts", readOnly: false),
        ]
        #expect(try await fixture.output(specification) == "\(secret)400 7 8\n127.0.0.1 localhost\nmore\nrefused\n")
        #expect(throws: SandboxFixture.Failure.self) {
            try SandboxFixture.host(["/bin/grep", "-r", secret, fixture.directory.string])
        }
        // The mount point is an empty file.
        #expect(try fixture.read("s/upper/etc/hosts").isEmpty)
    }

    @Test func targetsDoNotLeadOutside() async throws {
        let outside = try fixture.makeDirectory("outside")
        try SandboxFixture.host(["/bin/ln", "-s", outside.string, fixture.root.appending("escape").string])
        try SandboxFixture.host([
            "/bin/ln", "-s", "../../../../../../../../\(outside.string)", fixture.root.appending("up").string,
        ])
        try SandboxFixture.host(["/bin/ln", "-s", "missing/../dangling", fixture.root.appending("loose").string])
        let secret = SandboxMount.file(bytes: Array("x".utf8), target: "/escape/one")
        var specification = fixture.shell(
            "cat /escape/one /up/two /loose; cat \(outside.string)/one; readlink -f /escape")
        specification.mounts = [
            secret, .file(bytes: Array("y".utf8), target: "/up/two"), .file(bytes: Array("z".utf8), target: "/loose"),
        ]
        #expect(try await fixture.output(specification) == "xyzx\(outside.string)\n")
        #expect(try SandboxFixture.host(["/bin/ls", "-A", outside.string]).isEmpty)
        // The missing mount point was made inside.
        #expect(fixture.exists("root/\(outside.string)/one"))
    }

    @Test func linkLoopsAreRefused() async throws {
        try SandboxFixture.host(["/bin/ln", "-s", "loop", fixture.root.appending("loop").string])
        var specification = fixture.shell("true")
        specification.mounts = [.tmpfs(target: "/loop/x")]
        let error = await #expect(throws: SandboxError.self) { try await fixture.run(specification) }
        #expect(error?.code == .mountFailed)
        #expect(error?.cause == .tooManySymbolicLinkLevels)
    }

    @Test func upperOnItselfIsExplained() async throws {
        let layer = try layers(["a"])
        let root = RootFilesystem.overlay(lower: layer, upper: layer[0], work: layer[0].appending("work"))
        let error = await #expect(throws: SandboxError.self) {
            try await fixture.run(fixture.shell("true", root: root))
        }
        #expect(error?.code == .rootRefused)
    }
}
