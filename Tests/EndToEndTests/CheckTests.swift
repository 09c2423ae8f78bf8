import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// Build checks in a build, and the questions that are answered without one.
    @Suite struct CheckTests {
        private static let doubtful = """
            # VERSION what is built
            ARG VERSION=1
            FROM base AS Stage
            ARG VERSION
            ENV GREETING=$GREETIN
            WORKDIR rel
            COPY ignored /
            RUN --mount=type=secret,id=key true
            # last what comes out
            FROM stage AS last
            CMD hello

            """

        private struct Lint: Decodable {
            struct Warning: Decodable {
                struct Location: Decodable {
                    struct Range: Decodable {
                        struct Position: Decodable { var line: Int }
                        var start: Position
                        var end: Position
                    }
                    var ranges: [Range]
                }
                var ruleName: String
                var description: String
                var detail: String
                var location: Location
            }
            struct BuildError: Decodable { var message: String }
            struct Source: Decodable {
                var filename: String
                var data: Data
            }
            var warnings: [Warning]
            var sources: [Source]
            var buildError: BuildError?
        }

        @Test func warningsAfterABuild() async throws {
            try await Workspace.use { work in
                try work.write(".dockerignore", "ignored\n")
                let text = "FROM base AS Stage\nENV GREETING=$GREETIN\nCMD hello\n"
                let expected = """

                     3 warnings found (use --check to expand):
                     - StageNameCasing: Stage name 'Stage' should be lowercase (line 1)
                     - UndefinedVar: Usage of undefined variable '$GREETIN' (line 2)
                     - JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to \
                    OS signals (line 3)

                    """
                let plain = try await work.build(text)
                #expect(plain.status == 0 && plain.errors.hasSuffix(expected), "\(plain.transcript)")
                let platforms = try await work.build(text, ["--platform", "linux/amd64,linux/arm64"])
                for line in ["#1 WARN: UndefinedVar: ", " - UndefinedVar: "] {
                    #expect(
                        platforms.errors.components(separatedBy: "\n\(line)").count == 2, "\(platforms.transcript)")
                }
                let quiet = try await work.slipway(work.buildArguments(["--quiet"], progress: []))
                #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.transcript)")
                let json = try await work.slipway(work.buildArguments(progress: ["--progress", "rawjson"]))
                let short = Data("UndefinedVar: Usage of undefined variable '$GREETIN' (line 2)".utf8)
                let lines = json.errors.split(separator: "\n").filter { $0.contains(short.base64EncodedString()) }
                #expect(lines.count == 1 && lines[0].contains("\"warnings\""), "\(json.transcript)")
            }
        }

        @Test func violationsCanFailTheBuild() async throws {
            try await Workspace.use { work in
                let outcome = try await work.build("# check=error=true\nFROM base\nRUN echo has run\nCMD hello\n")
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains("error: lint violation found for rules: JSONArgsRecommended"))
                #expect(outcome.errors.contains("1 warning found"))
                #expect(!outcome.errors.contains("has run"))
                let other = try await work.build(
                    "# check=error=true\nFROM base\nRUN true\nCMD hello\n",
                    ["--build-arg", "BUILDKIT_DOCKERFILE_CHECK=skip=JSONArgsRecommended;error=true"])
                #expect(other.status == 0, "\(other.transcript)")
            }
        }

        @Test func check() async throws {
            try await Workspace.use { work in
                try work.write(".dockerignore", "ignored\n")
                let text = try await work.build(Self.doubtful, ["--check"])
                #expect(text.status == 1)
                #expect(text.errors.isEmpty)
                #expect(
                    text.text.hasPrefix(
                        "Check complete, 5 warnings have been found!\n\nWARNING: StageNameCasing - http"))
                #expect(text.text.contains("\nDockerfile:6\n--------------------\n   4 |     ARG VERSION\n"))
                let json = try await work.build(Self.doubtful, ["--call=check,format=json"])
                #expect(json.status == 1)
                let lint = try JSONDecoder().decode(Lint.self, from: json.output)
                #expect(
                    lint.warnings.map { "\($0.location.ranges[0].start.line) \($0.ruleName)" } == [
                        "3 StageNameCasing", "5 UndefinedVar", "6 WorkdirRelativePath", "7 CopyIgnoredFile",
                        "11 JSONArgsRecommended",
                    ])
                #expect(lint.buildError == nil)
                #expect(lint.sources.map(\.filename) == ["Dockerfile"])
                #expect(lint.sources.map(\.data) == [Data(Self.doubtful.utf8)])
                let lenient = try await work.build(Self.doubtful, ["--call=check,ignorestatus=true"])
                #expect(lenient.status == 0)
                let fine = try await work.build("FROM base\n", ["--check"])
                #expect(fine.status == 0)
                #expect(fine.text == "Check complete, no warnings found.\n")
            }
        }

        @Test func checkOfWhatCannotBeBuilt() async throws {
            try await Workspace.use { work in
                let syntax = try await work.build("FROM base\nRNU true\n", ["--check"])
                #expect(syntax.status == 2)
                #expect(syntax.text.isEmpty)
                #expect(syntax.errors.contains("error: unknown instruction: RNU\n --> Dockerfile:2"))
                let both = "FROM base AS B\nRNU true\n"
                let check = try await work.build(both, ["--check"])
                #expect(check.status == 2)
                #expect(check.text.contains("WARNING: StageNameCasing"), "\(check.transcript)")
                #expect(check.errors.contains("error: unknown instruction: RNU"), "\(check.transcript)")
                let build = try await work.build(both)
                #expect(build.status == 2)
                #expect(build.errors.contains("StageNameCasing: Stage name 'B'"), "\(build.transcript)")
                #expect(build.errors.contains("error: unknown instruction: RNU"), "\(build.transcript)")
                let skipped = try await work.build(both, ["--build-arg", "BUILDKIT_DOCKERFILE_CHECK=skip=all"])
                #expect(!skipped.errors.contains("StageNameCasing"), "\(skipped.transcript)")
                let image = try await work.build(
                    "FROM base AS B\nFROM localhost:9/none\n", ["--call=check,format=json"])
                #expect(image.status == 1)
                let lint = try JSONDecoder().decode(Lint.self, from: image.output)
                #expect(lint.warnings.map(\.ruleName) == ["StageNameCasing"])
                #expect(lint.buildError?.message.contains("localhost:9/none") == true)
                #expect(image.errors.contains("error: "))
            }
        }

        @Test(arguments: [["build"], ["build", "--check"], ["build", "--call", "targets"], ["graph"]])
        func anotherFrontendIsRefused(_ command: [String]) async throws {
            try await Workspace.use { work in
                try work.write("Dockerfile", "# syntax=example.invalid/frontend:1\nFROM scratch\n")
                let outcome = try await work.slipway(command + [work.context.string])
                #expect(outcome.status == 2, "\(outcome.transcript)")
                #expect(outcome.errors.contains("Dockerfile:1"), "\(outcome.transcript)")
                #expect(outcome.errors.contains("example.invalid/frontend:1"), "\(outcome.transcript)")
            }
        }

        @Test func outlineAndTargets() async throws {
            try await Workspace.use { work in
                let outline = try await work.build(Self.doubtful, ["--call=outline"])
                let lines = [
                    "TARGET:      last", "DESCRIPTION: what comes out", "", "BUILD ARG   VALUE   DESCRIPTION",
                    "VERSION     1       what is built", "", "SECRET   REQUIRED", "key      ", "", "",
                ]
                #expect(outline.text == lines.joined(separator: "\n"), "\(outline.transcript)")
                #expect(outline.status == 0)
                let none = try await work.build(Self.doubtful, ["--call=outline", "--target=none"])
                #expect(none.status == 2)
                #expect(none.errors.contains("target stage \"none\" could not be found"))
                let unused = work.root.appending("unused")
                let targets = try await work.build(Self.doubtful, ["--call=targets"], store: unused)
                #expect(targets.text == "TARGET         DESCRIPTION\nstage          \nlast (default) what comes out\n")
                _ = try await work.build("FROM scratch\n", ["--check"], store: unused)
                #expect(!FileManager.default.fileExists(atPath: unused.string), "a store was made")
            }
        }
    }
}
