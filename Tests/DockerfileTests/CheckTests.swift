import Dockerfile
import Testing

struct CheckTests {
    private static func findings(_ text: String, ignoring patterns: [String] = []) throws -> [String] {
        let checks = DockerfileChecks(try parse(text), ignorePatterns: try IgnorePatterns(patterns))
        return checks.findings().map { "\($0.range?.start.line ?? 0) \($0.code): \($0.message)" }
    }

    @Test(
        arguments: [
            ("FROM a AS b\nCOPY x y", []),
            ("FROM a AS Base", ["1 StageNameCasing: Stage name 'Base' should be lowercase"]),
            ("FROM a as b", ["1 FromAsCasing: 'as' and 'FROM' keywords' casing do not match"]),
            ("from a AS b", ["1 FromAsCasing: 'AS' and 'from' keywords' casing do not match"]),
            ("FROM a\nRUN x \\\n\n\n y", ["4 NoEmptyContinuation: Empty continuation line"]),
            (
                "FROM a\nCopy x y\nRUN z",
                [
                    "2 ConsistentInstructionCasing: Command 'Copy' should match the case of the command majority (uppercase)"
                ]
            ),
            (
                "from a\ncopy x y\nRUN z",
                [
                    "3 ConsistentInstructionCasing: Command 'RUN' should match the case of the command majority (lowercase)"
                ]
            ),
            (
                "FROM a AS x\nFROM b AS x",
                ["2 DuplicateStageName: Duplicate stage name \"x\", stage names should be unique"]
            ),
            (
                "FROM a AS scratch",
                ["1 ReservedStageName: Stage name should not use the same name as reserved stage \"scratch\""]
            ),
            (
                "FROM a\nCMD x",
                [
                    "2 JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to "
                        + "OS signals"
                ]
            ),
            ("FROM a AS b\nSHELL [\"x\"]\nFROM b\nENTRYPOINT y", []),
            (
                "FROM a\nMAINTAINER x",
                ["2 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label"]
            ),
            (
                "ARG VERSION=1\nFROM a:${VERSON}-x",
                [
                    "2 UndefinedArgInFrom: FROM argument 'VERSON' is not declared (did you mean VERSION?)",
                    "2 InvalidDefaultArgInFrom: Default value for ARG a:${VERSON}-x results in empty or invalid base "
                        + "image name",
                ]
            ),
            ("FROM --platform=$BUILDPLATFORM a", []),
            (
                "FROM a\nWORKDIR x\nWORKDIR y",
                ["2 WorkdirRelativePath: Relative workdir \"x\" can have unexpected results if the base image changes"]
            ),
            ("FROM a AS b\nWORKDIR /x\nFROM b\nWORKDIR y", []),
            ("FROM a\nWORKDIR $x", []),
            (
                "FROM a\nCMD [\"x\"]\nCMD [\"y\"]",
                [
                    "2 MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage "
                        + "because only the last one will be used"
                ]
            ),
            (
                "FROM a\nENV x y",
                ["2 LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key value\" format"]
            ),
            (
                "FROM --platform=${TARGETPLATFORM} a",
                [
                    "1 RedundantTargetPlatform: Setting platform to predefined ${TARGETPLATFORM} in FROM is redundant as "
                        + "this is the default behavior"
                ]
            ),
            (
                "FROM a\nENV git_key= PUBLIC_KEY= sunflower=1\nARG A_Token TOKEN_FILE",
                [
                    "2 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV \"git_key\")",
                    "3 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG \"A_Token\")",
                ]
            ),
            (
                "ARG v\nFROM a:$v",
                ["2 InvalidDefaultArgInFrom: Default value for ARG a:$v results in empty or invalid base image name"]
            ),
            ("ARG v=1\nFROM Example.com:5000/a/b__c:$v@sha256:\(String(repeating: "a", count: 64))", []),
            (
                "FROM --platform=linux/amd64 a AS b",
                [
                    "1 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value \"linux/amd64\""
                ]
            ),
            ("FROM --platform=linux/amd64 a AS build_amd64", []),
            (
                "FROM a\nEXPOSE 80/TCP 1:2",
                [
                    "2 ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found "
                        + "'1:2'",
                    "2 ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
                ]
            ),
            (
                "# check=experimental=all\n# bar this is the bar\nARG foo=bar\n# base the base\nFROM a AS base",
                [
                    "3 InvalidDefinitionDescription: Comment for ARG should follow the format: `# foo <description>`"
                ]
            ),
            ("# check=skip=all\nFROM a as B\nMAINTAINER x", []),
            ("FROM a\n# check=skip=MaintainerDeprecated\nMAINTAINER x", []),
        ] as [(String, [String])])
    func rules(text: String, expected: [String]) throws {
        #expect(try Self.findings(text) == expected)
    }

    @Test func ignoredFiles() throws {
        let text = "FROM a\nCOPY Dockerfile x/y .\nADD b c\nCOPY --from=b Dockerfile .\nCOPY . ."
        #expect(
            try Self.findings(text, ignoring: ["Dockerfile", "b"]) == [
                "2 CopyIgnoredFile: Attempting to Copy file \"Dockerfile\" that is excluded by .dockerignore",
                "3 CopyIgnoredFile: Attempting to Add file \"b\" that is excluded by .dockerignore",
            ])
        #expect(try Self.findings(text, ignoring: ["Dockerfile", "!x"]).isEmpty)
        #expect(try Self.findings("FROM a\nCOPY . .", ignoring: ["*"]).count == 1)
    }

    @Test func valuesFromThePlanner() throws {
        let file = try parse("FROM a\nCOPY $foo $bar $baz\nEXPOSE $P")
        let checks = DockerfileChecks(file)
        let copy = file.stages[0].instructions[0]
        let expansion = try Expander { _ in nil }.expand(text: "$foo $bar")
        #expect(
            checks.undefinedVariables(expansion, in: copy, known: ["fooo", "PATH"], declaredArguments: ["bar"])
                .map(\.message) == ["Usage of undefined variable '$foo' (did you mean $fooo?)"])
        #expect(
            checks.invalidBaseImagePlatform(
                image: "a", expected: "linux/arm64", actual: "linux/amd64", in: file.stages[0]
            ).map(\.message) == [
                "Base image a was pulled with platform \"linux/amd64\", expected \"linux/arm64\" for current build"
            ])
        #expect(checks.exposedPort("80/UDP", in: file.stages[0].instructions[1]).count == 1)
    }

    @Test func failingTheBuild() throws {
        let file = try parse("# check=error=true\nFROM a as b\nMAINTAINER x")
        let checks = DockerfileChecks(file)
        let failure = checks.configuration.failure(for: checks.findings())
        #expect(failure?.message == "lint violation found for rules: FromAsCasing, MaintainerDeprecated")
        #expect(CheckConfiguration().failure(for: checks.findings()) == nil)
    }

    @Test func addresses() {
        #expect(
            CheckRule.jsonArgsRecommended.url == "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/")
        #expect(
            CheckRule.secretsUsedInArgOrEnv.url
                == "https://docs.docker.com/go/dockerfile/rule/secrets-used-in-arg-or-env/")
        #expect(CheckRule.allCases.count == 22)
        #expect(CheckRule.allCases.allSatisfy { !$0.summary.isEmpty })
    }
}
