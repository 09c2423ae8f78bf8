import ArgumentParser
import OCI
import Sandbox
import SystemPackage
import Testing

@testable import slipway

@Suite struct BuildOptionsTests {
    private func options(_ arguments: [String], environment: [String: String] = [:]) throws -> BuildOptions {
        let command = try #require(
            try Program.parse(["build"] + ArgumentNormalizer.normalize(arguments)) as? BuildCommand)
        try command.unsupported.refuse()
        return try BuildOptions(command.flags, paths: command.paths, environment: environment, isTerminal: false)
    }

    @Test func nothingButAContext() throws {
        #expect(try options(["."]) == BuildOptions(context: .path(".")))
    }

    @Test func everything() throws {
        let arguments = [
            "-t", "shop:1", "--tag=shop:2", "-tshop:3", "-t=shop:4", "-f", "a/Dockerfile", "--target", "build",
            "--build-arg", "A=-x", "--build-arg", "HOME", "--build-context", "base=oci-layout:///b", "--label", "l=1",
            "--no-cache-filter", "a,b", "--cache-from", "type=local,src=in", "--cache-from", "x:1", "--cache-to",
            "type=inline", "--max-parallelism", "3", "--secret", "id=s,src=f", "-o", "type=oci,dest=x.tar", "--output",
            "out",
            "--platform", "linux/amd64,linux/arm64", "--network", "none", "--add-host", "h:1.2.3.4", "--shm-size", "1m",
            "--ulimit", "nofile=5", "--progress", "rawjson", "--iidfile", "id", "--metadata-file", "meta", "ctx",
        ]
        var expected = BuildOptions(context: .path("ctx"))
        expected.dockerfile = .file("a/Dockerfile")
        expected.tags = try (1...4).map { try ImageReference(parsing: "shop:\($0)") }
        expected.target = "build"
        expected.buildArguments = [KeyValue(key: "A", value: "-x"), KeyValue(key: "HOME", value: "/h")]
        expected.buildContexts = [try BuildContextSpecification(parsing: "base=oci-layout:///b")]
        expected.labels = [KeyValue(key: "l", value: "1")]
        expected.cache = .except(["a", "b"])
        expected.cacheSources = [
            .directory("in", selector: nil), .image(try ImageReference(parsing: "x:1")),
        ]
        expected.cacheTargets = [.inline]
        expected.maximumParallelism = 3
        expected.secrets = [try SecretSpecification(parsing: "id=s,src=f", environment: [:])]
        expected.outputs = [
            try OutputSpecification(parsing: "type=oci,dest=x.tar"), try OutputSpecification(parsing: "out"),
        ]
        expected.platforms = [try Platform(parsing: "linux/amd64"), try Platform(parsing: "linux/arm64")]
        expected.network = .none
        expected.extraHosts = [ExtraHost(name: "h", address: "1.2.3.4")]
        expected.sharedMemorySize = 1 << 20
        expected.resourceLimits = [ResourceLimit(name: "nofile", soft: 5, hard: 5)]
        expected.progress = .rawjson
        expected.imageIDFile = "id"
        expected.metadataFile = "meta"
        #expect(try options(arguments, environment: ["HOME": "/h"]) == expected)
    }

    @Test func agents() throws {
        let environment = ["SSH_AUTH_SOCK": "/run/agent"]
        let table: [(String, AgentSpecification)] = try [
            ("default", "default", ["/run/agent"]), ("work", "work", ["/run/agent"]), ("=/s", "default", ["/s"]),
            ("default=/s", "default", ["/s"]), ("k=a,b", "k", ["a", "b"]), ("k=", "k", ["/run/agent"]),
            ("r=/s,raw=true", "r", ["/s"]), ("r=/s,raw=0", "r", ["/s"]),
        ].map { text, id, paths in
            var expected = try AgentSpecification(parsing: "x=y", environment: [:])
            (expected.id, expected.paths) = (id, paths.map { FilePath($0) })
            expected.isRaw = text.hasSuffix("raw=true")
            return (text, expected)
        }
        for (text, expected) in table {
            #expect(try options(["--ssh", text, "."], environment: environment).agents == [expected], "\(text)")
        }
    }

    @Test func limitsOfSteps() throws {
        let found = try options([
            "-m", "64m", "--memory-swap=128m", "-c", "512", "--cpu-period", "50000", "--cpu-quota", "25000",
            "--cpuset-cpus", "0-2,4", "--cpuset-mems", "0", "--cgroup-parent", "/builds", "--allow",
            "network.host,security.insecure", ".",
        ])
        var expected = ControlGroupLimits()
        expected.memory = 64 << 20
        expected.memoryAndSwap = 128 << 20
        expected.cpuShares = 512
        expected.cpuPeriod = 50_000
        expected.cpuQuota = 25_000
        expected.cpus = "0-2,4"
        expected.memoryNodes = "0"
        expected.parent = "/builds"
        #expect(found.controls == expected)
        #expect(found.entitlements == [.networkHost, .securityInsecure])
        #expect(try options(["-m", "1g", "--memory-swap", "-1", "."]).controls.memoryAndSwap == -1)
    }

    @Test func flagsMayStandBehindTheContext() throws {
        #expect(try options([".", "-t", "a", "-q"]).tags.count == 1)
        #expect(try options(["-qt", "a", "."]).progress == .quiet)
    }

    @Test func standardInput() throws {
        #expect(try options(["-f", "-", "."]).dockerfile == .standardInput)
        #expect(try options(["-f-", "."]).dockerfile == .standardInput)
        #expect(try options(["-"]).context == .standardInput)
        #expect(try options(["-o", "-", "."]).outputs == [try OutputSpecification(parsing: "-")])
    }

    @Test func goBooleans() throws {
        #expect(try options(["--no-cache=true", "."]).cache == .never)
        #expect(
            try options(["--no-cache=false", "--pull=false", "--push=0", "--rm=true", "--load", "."]).cache == .always)
        #expect(throws: CommandLineError.self) { try options(["--no-cache=maybe", "."]) }
    }

    @Test(arguments: [("1", true), ("true", true), ("0", false), ("maybe", false), ("", false)])
    func inlineCacheByArgument(value: String, isAsked: Bool) throws {
        let found = try options(["--build-arg", "BUILDKIT_INLINE_CACHE=\(value)", "."])
        #expect(found.cacheTargets == (isAsked ? [.inline] : []))
    }

    @Test(arguments: [("4", 4), ("0", nil), ("", nil)])
    func parallelism(value: String, expected: Int?) throws {
        #expect(try options(["--max-parallelism", value, "."]).maximumParallelism == expected)
    }

    @Test(
        arguments: [
            ("30s", .seconds(30)), ("1h30m", .seconds(5400)), ("1.5s", .milliseconds(1500)), ("0", nil), ("0s", nil),
            ("", nil),
        ] as [(String, Duration?)])
    func stepTimeout(value: String, expected: Duration?) throws {
        #expect(try options(["--step-timeout", value, "."]).stepTimeout == expected)
    }

    @Test(arguments: ["-1s", "30", "1d", "soon", "s", "99999999h"])
    func noTimeout(value: String) throws {
        #expect(throws: CommandLineError.self) { try options(["--step-timeout", value, "."]) }
    }

    @Test(
        arguments: [
            ("stop", .stop), ("keep", .keep), ("shell", .shell(nil)), ("shell=/bin/bash", .shell("/bin/bash")),
            ("shell=", nil), ("", nil), ("keep=1", nil), ("bash", nil), ("SHELL", nil),
        ] as [(String, ErrorHandling?)])
    func onError(value: String, expected: ErrorHandling?) throws {
        if let expected {
            #expect(try options(["--on-error=\(value)", "."]).onError == expected)
        } else {
            #expect(throws: CommandLineError.self) { try options(["--on-error", value, "."]) }
        }
    }

    @Test func theEpochOfTheEnvironment() throws {
        #expect(try options(["."], environment: ["SOURCE_DATE_EPOCH": "17"]).sourceDateEpoch == 17)
        let arguments = ["--build-arg", "SOURCE_DATE_EPOCH=18", "."]
        #expect(try options(arguments, environment: ["SOURCE_DATE_EPOCH": "17"]).sourceDateEpoch == 18)
        #expect(throws: CommandLineError.self) { try options(["."], environment: ["SOURCE_DATE_EPOCH": "now"]) }
    }

    @Test func loadAddsTheStore() throws {
        #expect(try options(["--load", "-o", "out", "."]).outputs.map(\.kind) == [.local, .image])
    }

    @Test(arguments: [
        ([], "requires exactly 1 argument"), (["a", "b"], "requires exactly 1 argument"), ([""], "requires exactly 1"),
        (["-t", "UPPER", "."], "--tag"), (["-t", "a@sha256:\(String(repeating: "0", count: 64))", "."], "digest"),
        (["-f", "-", "-"], "can't use stdin for both"), (["https://example.com/x.git?nope=1"], "git repository"),
        (["--network", "bridge", "."], "bridge"), (["--platform", "a/b/c/d", "."], "--platform"),
        (["--progress", "fancy", "."], "fancy"), (["-q", "--progress", "plain", "."], "exclude"),
        (["--progress=tty", "."], "terminal"), (["-o", "-", "-o", "type=oci,dest=-", "."], "standard output"),
        (["--push", "."], "tag is needed"),
        (["--cache-from", "type=x", "."], "--cache-from"), (["--cache-to=X", "."], "--cache-to"),
        (["--max-parallelism", "-1", "."], "--max-parallelism"), (["--max-parallelism=two", "."], "--max-parallelism"),
        (["--ssh", "default", "."], "SSH_AUTH_SOCK is not set"),
        (["--ssh", "a=x", "--ssh", "a=y", "."], "given twice"),
        (["--ssh", "a=x,y,raw=true", "."], "exactly one"), (["--ssh", "a=x,raw=maybe", "."], "raw=maybe"),
        (["--allow", "network.hots", "."], "network.hots"), (["--allow", "device", "."], "device"),
        (["--provenance=mode=x", "."], "--provenance"), (["--lock", "--locked", "."], "exclude each other"),
        (["--policy", "filename=x.rego", "."], "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"),
        (["--sbom", "format=x", "."], "--sbom"), (["--annotation", "a", "."], "--annotation"),
        (["--attest", "type=sbom,generator=x", "."], "--sbom"),
        (["-m", "0", "."], "--memory"), (["-m", "lots", "."], "--memory"),
        (["--memory-swap", "1g", "."], "needs --memory"),
        (["-m", "1g", "--memory-swap", "1m", "."], "less than"), (["--cpu-shares", "0", "."], "--cpu-shares"),
        (["--cpu-period", "1", "."], "--cpu-period"), (["--cpu-quota", "-1", "."], "--cpu-quota"),
        (["--cpuset-cpus", "3-1", "."], "--cpuset-cpus"), (["--cpuset-mems", "0,,1", "."], "--cpuset-mems"),
        (["--cpuset-cpus", "", "."], "--cpuset-cpus"), (["--builder", "remote", "."], "--builder"),
    ])
    func refused(arguments: [String], reason: String) throws {
        let error = try #require(throws: CommandLineError.self) { try options(arguments) }
        #expect(error.message.contains(reason), "\(error.message)")
    }

    @Test(arguments: [
        "--provenance=false", "--sbom=false", "--builder=default", "--call=build", "--load", "--force-rm",
    ])
    func harmless(argument: String) throws {
        #expect(try options([argument, "."]) == BuildOptions(context: .path(".")))
    }
}
