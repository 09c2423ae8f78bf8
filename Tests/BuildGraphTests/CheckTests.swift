import BuildGraph
import Dockerfile
import OCI
import Testing

/// The build checks as planning runs them. The expectations were recorded from BuildKit.
struct CheckTests {
    private static let images = [
        "base:latest": image(),
        "rich:latest": image {
            $0.environment = ["PATH=/bin", "GREETING=hello"]
            $0.shell = ["/bin/bash", "-c"]
            $0.workingDirectory = "/srv"
        },
        "triggers:latest": image { $0.onBuild = ["ENV password $x", "CMD foo"] },
    ]

    private static func report(
        _ text: String, _ options: PlanOptions = PlanOptions(), allStages: Bool = true
    ) async throws -> PlanReport {
        let dockerfile = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
        return await Planner(dockerfile: dockerfile, options: options, resolver: TableResolver(images: images))
            .report(allStages: allStages)
    }

    private static func findings(
        _ text: String, _ options: PlanOptions = PlanOptions(), allStages: Bool = true
    ) async throws -> [String] {
        try await report(text, options, allStages: allStages).findings.map {
            "\($0.range?.start.line ?? 0) \($0.code): \($0.message)"
        }
    }

    private static func undefined(_ line: Int, _ name: String, _ suggestion: String? = nil) -> String {
        "\(line) UndefinedVar: Usage of undefined variable '$\(name)'"
            + (suggestion.map { " (did you mean $\($0)?)" } ?? "")
    }

    @Test(
        arguments: [
            // Each use counts, with a default as well.
            (
                "COPY $foo ${foo} ${bar:-x} ${baz:+y} /x",
                [undefined(2, "foo"), undefined(2, "foo"), undefined(2, "bar"), undefined(2, "baz")]
            ),
            ("ENV FOO=1\nWORKDIR /$FOOO/$PAHT", [undefined(3, "FOOO", "FOO"), undefined(3, "PAHT", "PATH")]),
            ("ARG UNSET\nCOPY a $UNSET/", []),
            ("ARG a=$nope b=$a", [undefined(2, "nope")]),
            ("ARG a=$b b", [undefined(2, "b")]),
            ("ENV A=$A B=$A C='$C' D=\\$D", [undefined(2, "A"), undefined(2, "A")]),
            ("LABEL a=$l\nUSER $u\nVOLUME /x$v", [undefined(2, "l"), undefined(3, "u"), undefined(4, "v")]),
            ("RUN --mount=type=cache,target=/$c echo $d\nCMD [\"$e\"]", [undefined(2, "c")]),
            ("COPY <<EOF <<\"EOQ\" /x\n$a '$b'\nEOF\n$c\nEOQ", [undefined(2, "a"), undefined(2, "b")]),
            ("EXPOSE $P", []),
            ("ARG TARGETARCH\nENV A=$TARGETARCH B=$TARGETOS", [undefined(3, "TARGETOS")]),
            ("# check=skip=UndefinedVar\nENV A=$a", []),
        ] as [(String, [String])])
    func undefinedVariables(text: String, expected: [String]) async throws {
        #expect(try await Self.findings("FROM base\n" + text) == expected)
    }

    @Test func environmentOfTheBase() async throws {
        #expect(
            try await Self.findings("FROM rich\nENV A=$GREETING B=$GREETIN") == [
                Self.undefined(2, "GREETIN", "GREETING")
            ])
        #expect(try await Self.findings("FROM scratch\nENV A=$PATH").isEmpty)
        #expect(try await Self.findings("FROM base AS a\nARG X\nFROM a\nENV Y=$X").isEmpty)
    }

    @Test(
        arguments: [
            (
                "CMD x\nCMD [\"y\"]",
                [
                    "2 JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to "
                        + "OS signals",
                    "2 MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage "
                        + "because only the last one will be used",
                ]
            ),
            (
                "HEALTHCHECK CMD a\nHEALTHCHECK NONE",
                [
                    "2 MultipleInstructionsDisallowed: Multiple HEALTHCHECK instructions should not be used in the same "
                        + "stage because only the last one will be used"
                ]
            ),
            ("SHELL [\"x\"]\nENTRYPOINT y", []),
            (
                "ARG D=dir\nWORKDIR $D/x\nWORKDIR y",
                [
                    "3 WorkdirRelativePath: Relative workdir \"dir/x\" can have unexpected results if the base image changes"
                ]
            ),
            ("ARG D=/dir\nWORKDIR $D", []),
            (
                "ENV x y\nLABEL a b",
                [
                    "2 LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key value\" format",
                    "3 LegacyKeyValueFormat: \"LABEL key=value\" should be used instead of legacy \"LABEL key value\" format",
                ]
            ),
            (
                "ENV git_key= PUBLIC_KEY= mykey=1\nARG A_Token TOKEN_FILE",
                [
                    "2 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV \"git_key\")",
                    "3 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG \"A_Token\")",
                ]
            ),
            (
                "ENV P=90/Udp\nEXPOSE 80/TCP 1:2 $P",
                [
                    "3 ExposeProtoCasing: Defined protocol '90/Udp' in EXPOSE instruction should be lowercase",
                    "3 ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found "
                        + "'1:2'",
                    "3 ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
                ]
            ),
            ("# check=skip=all\nENV password x", []),
        ] as [(String, [String])])
    func instructions(text: String, expected: [String]) async throws {
        #expect(try await Self.findings("FROM base\n" + text) == expected)
    }

    @Test func whatABaseStageHasDone() async throws {
        #expect(try await Self.findings("FROM base AS a\nWORKDIR /x\nFROM a AS b\nFROM b\nWORKDIR y").isEmpty)
        #expect(try await Self.findings("FROM base AS a\nSHELL [\"x\"]\nFROM a\nCMD y").isEmpty)
        #expect(try await Self.findings("FROM base AS a\nCMD [\"x\"]\nFROM a\nCMD [\"y\"]").isEmpty)
        // The image has a shell and a working directory: only the shell counts.
        #expect(
            try await Self.findings("FROM rich\nCMD x\nWORKDIR rel") == [
                "3 WorkdirRelativePath: Relative workdir \"rel\" can have unexpected results if the base image changes"
            ])
    }

    @Test func triggersAreSaidOfFrom() async throws {
        #expect(
            try await Self.findings("# x\nFROM triggers\nCMD [\"y\"]").map { $0.prefix(25) } == [
                "2 UndefinedVar: Usage of ", "2 LegacyKeyValueFormat: \"", "2 SecretsUsedInArgOrEnv: ",
                "2 JSONArgsRecommended: JS", "2 MultipleInstructionsDis",
            ])
    }

    @Test(
        arguments: [
            (
                "ARG VERSION=1\nFROM base${VERSON}",
                ["2 UndefinedArgInFrom: FROM argument 'VERSON' is not declared (did you mean VERSION?)"]
            ),
            (
                "ARG V\nFROM base:$V AS a",
                ["2 InvalidDefaultArgInFrom: Default value for ARG base:$V results in empty or invalid base image name"]
            ),
            (
                "FROM --platform=${TARGETPLATFORM} base",
                [
                    "1 RedundantTargetPlatform: Setting platform to predefined ${TARGETPLATFORM} in FROM is redundant as "
                        + "this is the default behavior"
                ]
            ),
            ("FROM --platform=$BUILDPLATFORM base", []),
            (
                "FROM --platform=linux/x86_64 base AS b",
                [
                    "1 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value "
                        + "\"linux/x86_64\""
                ]
            ),
            ("FROM --platform=linux/amd64 base AS build_amd64", []),
        ] as [(String, [String])])
    func from(text: String, expected: [String]) async throws {
        var options = PlanOptions(targetPlatform: Platform(os: "linux", architecture: "amd64"))
        options.buildPlatform = options.targetPlatform
        options.buildArguments["V"] = "latest"
        let amd64 = try await Self.findings(text, options).filter { !$0.contains("InvalidBaseImagePlatform") }
        #expect(amd64 == expected)
    }

    @Test func platformOfTheBase() async throws {
        let other = Platform(os: "linux", architecture: "s390x")
        let options = PlanOptions(targetPlatform: other, isTargetPlatformExplicit: true)
        let expected =
            "Base image base was pulled with platform \"\(Platform.host)\", expected \"\(other)\" for current build"
        #expect(
            try await Self.findings("FROM base\nCOPY --from=rich \\\n / /x", options) == [
                "1 InvalidBaseImagePlatform: \(expected)",
                "2 InvalidBaseImagePlatform: \(expected.replacing("image base", with: "image rich"))",
            ])
    }

    @Test func onlyWhatIsNeededUnlessAskedForAll() async throws {
        let text = "FROM base AS unused\nWORKDIR q\nFROM base AS Used\nWORKDIR r\nFROM base\nCOPY --from=used /r /"
        let used = "4 WorkdirRelativePath: Relative workdir \"r\" can have unexpected results if the base image changes"
        let casing = "3 StageNameCasing: Stage name 'Used' should be lowercase"
        #expect(try await Self.findings(text, allStages: false) == [casing, used])
        #expect(
            try await Self.findings(text) == [
                casing,
                "2 WorkdirRelativePath: Relative workdir \"q\" can have unexpected results if the base image changes",
                used,
            ])
    }

    @Test(
        arguments: [
            (
                ["foo", "bar/*", "b*r"], "COPY foo bar/a ./foo foo/x dir/../foo ok /",
                ["foo", "bar/a", "foo", "foo/x", "foo"]
            ),
            (["foo"], "COPY --from=base foo /\nADD http://x/foo https://x/y.git /\nCOPY <<foo /\nx\nfoo", []),
            (["foo"], "COPY . /\nCOPY / /", []),
            (["*"], "COPY . /", ["."]),
            (["a", "!b"], "COPY a /", []),
            (["x"], "ENV V=x\nCOPY $V /", ["x"]),
        ] as [([String], String, [String])])
    func ignoredFiles(patterns: [String], text: String, files: [String]) async throws {
        var options = PlanOptions()
        options.ignorePatterns = try IgnorePatterns(patterns)
        let report = try await Self.report("FROM base\n" + text, options)
        #expect(
            report.findings.map(\.message)
                == files.map {
                    "Attempting to Copy file \"\($0)\" that is excluded by .dockerignore"
                })
    }

    @Test func failingTheBuild() async throws {
        let report = try await Self.report(
            "# check=error=true\nFROM base AS B\nWORKDIR x\nCMD [\"x\"]", allStages: false)
        let failure = #expect(throws: DockerfileError.self) { try report.result.get() }
        #expect(failure?.message == "lint violation found for rules: StageNameCasing, WorkdirRelativePath")
        #expect(failure?.diagnostic.help?.contains("check=skip=StageNameCasing,WorkdirRelativePath") == true)
        #expect(report.findings.count == 2)
    }

    @Test func buildArgumentTakesTheDirectivesPlace() async throws {
        let text = "# check=skip=all;error=true\nFROM base AS B"
        var options = PlanOptions()
        options.buildArguments["BUILDKIT_DOCKERFILE_CHECK"] = "skip=FromAsCasing"
        let report = try await Self.report(text, options)
        #expect(report.findings.map(\.code.rawValue) == ["StageNameCasing"])
        #expect(throws: Never.self) { try report.result.get() }
        options.buildArguments["BUILDKIT_DOCKERFILE_CHECK"] = "bogus"
        let wrong = try await Self.report(text, options)
        let failure = #expect(throws: DockerfileError.self) { try wrong.result.get() }
        #expect(
            failure?.message == "failed to parse build-arg:BUILDKIT_DOCKERFILE_CHECK: invalid check option \"bogus\"")
    }

    @Test func findingsBeforeAFailureAreKept() async throws {
        let report = try await Self.report("FROM base AS B\nWORKDIR x\nFROM missing\nWORKDIR y")
        #expect(report.findings.map(\.code.rawValue) == ["StageNameCasing", "WorkdirRelativePath"])
        #expect(throws: BaseImageError.self) { try report.result.get() }
    }
}
