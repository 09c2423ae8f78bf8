import BuildGraph
import ContentStore
import FileSystem
import OCI
import Sandbox
import SystemPackage
import Testing

@testable import BuildEngine

/// What is kept of a failed step comes back as it was, and nothing else does.
@Suite struct KeptStepTests {
    private static func digest(_ text: String) -> Digest { Digest.sha256(of: text) }

    private static let step = KeptStep(
        build: 12, name: "[build 2/3] RUN make", dockerfile: "/src/Dockerfile", line: 7, error: "exit code: 2",
        time: Timestamp(seconds: 1_700_000_000, nanoseconds: 5_000),
        arguments: ["/bin/bash", "-o", "x", "-c", "make\n\"é\""],
        environment: ["A=1", "EMPTY=", "PATH=/bin"], workingDirectory: "/src",
        user: UserIdentity(userID: 1000, groupID: 1001, supplementaryGroupIDs: [4, 5]), hostname: "h", hasNetwork: true,
        isInsecure: false, resourceLimits: [ResourceLimit(resource: 7, soft: 5, hard: .max)],
        sharedMemorySize: 64 << 20, layers: [digest("a"), digest("b")],
        mounts: [
            .file(bytes: [0, 255, 10], target: "/etc/hosts", mode: 0o644),
            .layers([digest("a"), digest("c")], path: "/x", target: "/m", isDirectory: true, writes: "mount-1"),
            .layers([], path: "/", target: "/n", isDirectory: false, writes: nil),
            .cache(
                CacheMounts.Wish(
                    id: "go", identity: "go\0made 493 0 0", target: "/c", sharing: .locked, isFresh: false,
                    mode: 0o755, uid: 1, gid: 2), file: nil, isDirectory: true, readOnly: true),
            .tmpfs(target: "/t", size: 4096, readOnly: false),
            .secret(
                id: "npm", target: "/run/secrets/npm", isFile: true, variable: "NPM", isRequired: true, mode: 0o400,
                uid: 3, gid: 4),
            .ssh(id: "default", target: "/run/agent", isRequired: false, mode: 0o600, uid: 5, gid: 6),
        ])

    @Test func comesBack() throws {
        let bytes = Self.step.json.encoded()
        #expect(KeptStep(try JSONValue(parsing: bytes), build: 12) == Self.step)
        #expect(Self.step.neededLayers == [Self.digest("a"), Self.digest("b"), Self.digest("c")])
    }

    /// A member that is missing or of another kind makes all of it nothing: half a step is none.
    @Test func everyMemberCounts() throws {
        let json = Self.step.json
        let optional: Set = ["line", "dockerfile", "error"]
        for key in try #require(json.objectValue).keys where !optional.contains(key) {
            for other in [JSONValue.null, .integer(-5), .string("x"), .array([.null]), ["a": 1]] {
                var damaged = json
                damaged[key] = other
                if case .string = other, ["name", "hostname", "workingDirectory"].contains(key) { continue }
                #expect(KeptStep(damaged, build: 12) == nil, "\(key): \(other)")
            }
        }
    }

    @Test(
        arguments: [
            ["type": "bind", "target": "/x"], ["type": "file", "target": "x", "mode": 1, "bytes": ""],
            ["type": "file", "target": "/x", "mode": 70000, "bytes": ""],
            ["type": "file", "target": "/x", "mode": 1, "bytes": "%"],
            ["type": "layers", "target": "/x", "layers": ["nope"], "path": "/"],
            ["type": "layers", "target": "/x", "layers": [], "path": "/", "writes": "../../../etc"],
            ["type": "layers", "target": "/x", "layers": [], "path": "/", "writes": ".."],
            [
                "type": "cache", "target": "/x", "id": "a", "identity": "a", "sharing": "all", "mode": 1, "uid": 0,
                "gid": 0,
            ],
            [
                "type": "cache", "target": "/x", "id": "a", "identity": "a", "sharing": "shared", "mode": 1, "uid": 0,
                "gid": 0, "file": "a/../../b",
            ],
            ["type": "secret", "target": "/x", "id": "a", "mode": 1, "uid": -1, "gid": 0],
            ["type": "ssh", "target": "/x"], [], 3,
        ] as [JSONValue]) func noMount(_ mount: JSONValue)
    {
        var json = Self.step.json
        json["mounts"] = [mount]
        #expect(KeptStep(json, build: 12) == nil)
    }

    @Test(arguments: [
        (["/bin/sh", "-c", "make"], "/bin/sh"), (["/bin/bash", "-o", "pipefail", "-c", "make"], "/bin/bash"),
        (["make", "all"], "/bin/sh"), (["/dev/pipes/EOF"], "/bin/sh"), (["python3", "-c", "x"], "/bin/sh"),
        (["/bin/sh", "-c"], "/bin/sh"), (["ssh", "-c", "x"], "/bin/sh"), ([], "/bin/sh"),
    ]) func shell(arguments: [String], shell: String) {
        var step = Self.step
        step.arguments = arguments
        #expect(step.shell == shell)
    }

    /// What is given is not missing.
    @Test func missing() {
        var request = BuildRequest(context: nil)
        #expect(Self.step.missing(in: request) == ["--secret id=npm", "--ssh default"])
        request.secrets["npm"] = .value([])
        request.agentKeys["default"] = ["/key"]
        #expect(Self.step.missing(in: request) == [])
    }

    /// Whatever lies where a step should, it is an error and no crash.
    @Test(arguments: ["", "{}", "[[[[", "{\"version\":2}", "\u{0}", String(repeating: "[", count: 100_000)])
    func damaged(text: String) throws {
        let path = FilePath("/tmp/slipway-kept-\(UInt64.random(in: 0 ... .max))")
        defer { try? removeTree(path) }
        let store = try ContentStore.open(root: path, access: .readWrite)
        let hold = try store.makeBuildDirectory(3)
        #expect(try KeptStep.read(of: 3, in: store) == nil)
        try DirectoryHandle(hold.path).makeDirectory("state")
        try AtomicFile.write(Array(text.utf8), to: store.buildStateDirectory(3).appending(KeptStep.fileName))
        #expect(throws: BuildError.self) { try KeptStep.read(of: 3, in: store) }
        try store.close()
    }

    @Test(arguments: [
        (Duration.seconds(5), "5s", "10s"), (.seconds(90), "1m30s", "3m"), (.milliseconds(1), "1ms", "2ms"),
    ])
    func timeouts(limit: Duration, text: String, doubled: String) {
        let error = StepTimeout(limit: limit)
        #expect(error.text == text && error.doubled == doubled)
    }
}
