import Dockerfile
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#endif

struct CheckTests {
    private static func findings(_ text: String) throws -> [String] {
        let checks = DockerfileChecks(try parse(text))
        return checks.textFindings().map { "\($0.range?.start.line ?? 0) \($0.code): \($0.message)" }
    }

    /// Texts, places and their order as BuildKit reports them. What needs values is tested with the planner.
    @Test(
        arguments: [
            ("FROM a AS b\nCOPY x y", []),
            ("FROM a AS Base", ["1 StageNameCasing: Stage name 'Base' should be lowercase"]),
            ("FROM a as b", ["1 FromAsCasing: 'as' and 'FROM' keywords' casing do not match"]),
            ("from a AS b", ["1 FromAsCasing: 'AS' and 'from' keywords' casing do not match"]),
            // The place is the last line of the command, heredocs not counted.
            ("FROM a\nRUN x \\\n\n\n y", ["5 NoEmptyContinuation: Empty continuation line"]),
            ("FROM a\nRUN <<EOF x \\\n\nx\nEOF", ["4 NoEmptyContinuation: Empty continuation line"]),
            ("FROM a\nRUN x \\\n# remark\n y", []),
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
                "FROM a AS X\nFROM a AS X\nMAINTAINER x",
                [
                    "1 StageNameCasing: Stage name 'X' should be lowercase",
                    "2 StageNameCasing: Stage name 'X' should be lowercase",
                    "3 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label",
                    "2 DuplicateStageName: Duplicate stage name \"x\", stage names should be unique",
                ]
            ),
            (
                "# check=experimental=all\n# bar this is the bar\nARG foo=bar\n# base the base\nFROM a AS base",
                [
                    "3 InvalidDefinitionDescription: Comment for ARG should follow the format: `# foo <description>`"
                ]
            ),
            (
                "# check=experimental=all\nFROM a\n# foo first\n# baz second\nARG bar=1 foo",
                [
                    "5 InvalidDefinitionDescription: Comment for ARG should follow the format: `# <arg_key> <description>`"
                ]
            ),
            ("# check=skip=all\nFROM a as B\nMAINTAINER x", []),
            ("# check=skip=FromAsCasing for a reason\nFROM a as b", []),
            ("FROM a\n# check=skip=MaintainerDeprecated\nMAINTAINER x", []),
            ("FROM a\n# remark\n# check=skip=MaintainerDeprecated as well\nMAINTAINER x", []),
            (
                "FROM a\n# check=bogus\n# check=skip=MaintainerDeprecated\nMAINTAINER x",
                ["4 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label"]
            ),
        ] as [(String, [String])])
    func rules(text: String, expected: [String]) throws {
        #expect(try Self.findings(text) == expected)
    }

    /// What BuildKit reports beside the mistake.
    @Test(
        arguments: [
            (
                "FROM a AS Bad\nMAINTAINER me\nBADCMD x\nFROM a AS Worse",
                [
                    "1 StageNameCasing: Stage name 'Bad' should be lowercase",
                    "2 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label",
                ]
            ),
            (
                "# check=skip=MaintainerDeprecated\nFROM a AS Bad\nMAINTAINER me\nRUN a \\\n\n  b\nBAD x",
                [
                    "6 NoEmptyContinuation: Empty continuation line",
                    "2 StageNameCasing: Stage name 'Bad' should be lowercase",
                ]
            ),
            (
                "MAINTAINER me\nFROM a AS Bad",
                ["1 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label"]
            ),
            ("FROM a AS good\nFROM a as b c", []), ("BADCMD x", []), ("", []), ("\0", []),
        ] as [(String, [String])])
    func findingsBeforeAMistake(text: String, expected: [String]) throws {
        let mistake = try #require(parseError(text))
        let findings = DockerfileChecks.findings(before: mistake)
        #expect(findings.map { "\($0.range?.start.line ?? 0) \($0.code): \($0.message)" } == expected)
        var configuration = CheckConfiguration()
        configuration.skipsAll = true
        #expect(DockerfileChecks.findings(before: mistake, configuration: configuration).isEmpty)
    }

    @Test func findingsAreAboutWholeInstructions() throws {
        let checks = DockerfileChecks(try parse("FROM a\nENV x=1 \\\n y=2"))
        let finding = checks.secretName("token", in: try parse("FROM a\nENV x=1 \\\n y=2").stages[0].instructions[0])
        #expect(finding.map(\.range?.lines) == [2...3])
    }

    @Test func failingTheBuild() throws {
        let file = try parse("# check=error=true\nFROM a as b\nMAINTAINER x")
        let checks = DockerfileChecks(file)
        let failure = checks.configuration.failure(for: checks.textFindings())
        #expect(failure?.message == "lint violation found for rules: FromAsCasing, MaintainerDeprecated")
        #expect(CheckConfiguration().failure(for: checks.textFindings()) == nil)
    }

    /// docs/checks.md lists every rule, in this order, and no other.
    @Test func documentation() throws {
        let page = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/checks.md")
        let bytes = try #require(FileManager.default.contents(atPath: page.path))
        let rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.map { $0.split(separator: "`")[1] } == CheckRule.allCases.map { Substring($0.rawValue) })
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
