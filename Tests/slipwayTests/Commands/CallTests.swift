import BuildEngine
import BuildGraph
import Dockerfile
import OCI
import Testing

@testable import slipway

/// `--call` and `--check`: what they ask for, and how the answers look.
@Suite struct CallTests {
    @Test(
        arguments: [
            (nil, false, nil), ("build", false, nil), ("", false, nil),
            (nil, true, .init(method: .check)), ("check", false, .init(method: .check)),
            ("lint", false, .init(method: .check)), ("lint", true, .init(method: .check)),
            ("check,format=json", true, .init(method: .check, isJSON: true)),
            ("format=json,outline", false, .init(method: .outline, isJSON: true)),
            ("check,ignorestatus=true,format=text", false, .init(method: .check, ignoresStatus: true)),
            ("targets", false, .init(method: .targets)),
            ("subrequests.describe", false, .init(method: .describe)),
        ] as [(String?, Bool, CallSpecification?)])
    func specifications(call: String?, check: Bool, expected: CallSpecification?) throws {
        #expect(try CallSpecification.resolve(call: call, check: check) == expected)
    }

    @Test(arguments: [
        ("bogus", false), ("check,outline", false), ("check,format=yaml", false), ("check,ignorestatus=maybe", false),
        ("check,x=y", false), ("format=json", false), ("outline", true), ("\"check", false),
    ])
    func mistakes(call: String, check: Bool) {
        #expect(throws: CommandLineError.self) { try CallSpecification.resolve(call: call, check: check) }
    }

    private static let source = SourceFile(
        name: "Dockerfile", text: "FROM a\n\tENV x=1 \\\n  y=$z\nWORKDIR \u{1B}[2Jq\nRUN a\nRUN b\n")

    private static func finding(_ code: String, _ message: String, lines: ClosedRange<Int>) -> Diagnostic {
        let range = SourceRange(
            start: SourceLocation(offset: 0, line: lines.lowerBound, column: 1),
            end: SourceLocation(offset: 0, line: lines.upperBound, column: 2))
        return Diagnostic(
            severity: .warning, code: .init(rawValue: code), message: message, url: CheckRule(rawValue: code)?.url,
            range: range, source: source)
    }

    /// The form is the one that BuildKit prints for these places.
    @Test func checkText() {
        let report = CheckReport(
            source: Self.source,
            findings: [
                Self.finding("WorkdirRelativePath", "Relative workdir", lines: 4...4),
                Self.finding("UndefinedVar", "Usage of undefined variable '$z'", lines: 2...3),
                Self.finding("InvalidBaseImagePlatform", "Base image a", lines: 1...1),
            ])
        #expect(
            CheckListing.text(report) == """
                Check complete, 3 warnings have been found!

                WARNING: InvalidBaseImagePlatform
                Base image a
                Dockerfile:1
                --------------------
                   1 | >>> FROM a
                   2 |     \tENV x=1 \\
                   3 |       y=$z
                --------------------

                WARNING: UndefinedVar - https://docs.docker.com/go/dockerfile/rule/undefined-var/
                Usage of undefined variable '$z'
                Dockerfile:2
                --------------------
                   1 |     FROM a
                   2 | >>> \tENV x=1 \\
                   3 | >>>   y=$z
                   4 |     WORKDIR q
                --------------------

                WARNING: WorkdirRelativePath - https://docs.docker.com/go/dockerfile/rule/workdir-relative-path/
                Relative workdir
                Dockerfile:4
                --------------------
                   2 |     \tENV x=1 \\
                   3 |       y=$z
                   4 | >>> WORKDIR q
                   5 |     RUN a
                   6 |     RUN b
                --------------------

                """)
        #expect(
            CheckListing.text(CheckReport(source: Self.source, findings: [])) == "Check complete, no warnings found.\n")
    }

    @Test func statusAndFailure() {
        let findings = [Self.finding("UndefinedVar", "x", lines: 2...3)]
        let call = CallSpecification(method: .check)
        #expect(CallAnswer(CheckReport(source: Self.source, findings: []), call).exitCode == .success)
        #expect(CallAnswer(CheckReport(source: Self.source, findings: findings), call).exitCode == .failure)
        let lenient = CallSpecification(method: .check, ignoresStatus: true)
        #expect(CallAnswer(CheckReport(source: Self.source, findings: findings), lenient).exitCode == .success)
        let failed = CallAnswer(
            CheckReport(source: Self.source, findings: [], failure: BuildError(.invalidDockerfile, "bad")), call)
        #expect(failed.text.isEmpty)
        #expect(failed.failure?.message == "bad")
    }

    /// The members are those of BuildKit's `LintResults`.
    @Test func checkJSON() throws {
        let failure = BuildError(.imageUnavailable, "no image", range: Self.source.range(0..<6))
        let report = CheckReport(
            source: Self.source, findings: [Self.finding("UndefinedVar", "Usage", lines: 2...3)], failure: failure)
        let json = CallJSON.check(report)
        #expect(
            json["warnings"] == [
                [
                    "ruleName": "UndefinedVar", "description": "Variables should be defined before their use",
                    "url": "https://docs.docker.com/go/dockerfile/rule/undefined-var/", "detail": "Usage",
                    "location": [
                        "ranges": [
                            ["start": ["line": 2], "end": ["line": 2]], ["start": ["line": 3], "end": ["line": 3]],
                        ]
                    ],
                ]
            ])
        #expect(
            json["buildError"] == [
                "message": "no image", "location": ["ranges": [["start": ["line": 1], "end": ["line": 1]]]],
            ])
        #expect(json["sources"]?.arrayValue?.first?["filename"] == "Dockerfile")
        #expect(json["sources"]?.arrayValue?.first?["language"] == "Dockerfile")
    }

    /// The tables are those that BuildKit prints for this Dockerfile.
    @Test func targets() throws {
        let text = "# base is the base\nFROM busybox AS base\nFROM --platform=$BUILDPLATFORM base AS two\n"
        let dockerfile = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
        #expect(
            OutlineListing.text(dockerfile.stages)
                == "TARGET        DESCRIPTION\nbase          is the base\ntwo (default) \n")
        let line = { (number: JSONValue) -> JSONValue in
            ["ranges": [["start": ["line": number], "end": ["line": number]]]]
        }
        #expect(
            CallJSON.targets(dockerfile)["targets"] == [
                ["name": "base", "description": "is the base", "base": "busybox", "location": line(2)],
                [
                    "name": "two", "default": true, "base": "base", "platform": "$BUILDPLATFORM", "location": line(3),
                ],
            ])
        let nameless = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: "FROM a\n"))
        #expect(OutlineListing.text(nameless.stages) == "TARGET    DESCRIPTION\n(default) \n")
    }

    /// The table and the members are those that BuildKit prints.
    @Test func describe() {
        #expect(
            CallAnswer(describing: CallSpecification(method: .describe)).text == """
                NAME                 VERSION DESCRIPTION
                outline              1.0.0   List all parameters current build target supports
                targets              1.0.0   List all targets current build supports
                subrequests.describe 1.0.0   List available subrequest types

                """)
        let requests = Subrequest.json.arrayValue ?? []
        #expect(
            requests.map { $0["name"] } == ["frontend.outline", "frontend.targets", "frontend.subrequests.describe"])
        #expect(requests.map { $0["opts"] } == [[["name": "target", "description": "Target build stage"]], [], .null])
        for request in requests {
            #expect(request["type"] == "rpc")
            #expect(
                request["metadata"] == [
                    ["name": "result.json", "description": ""], ["name": "result.txt", "description": ""],
                ])
        }
    }

    @Test func noQuestionTouchesTheBuild() async throws {
        let context = try TestContext()
        let code = try await context.run(["build", "--call=bogus", "."])
        #expect(code == .usage)
        #expect(context.diagnostics.text.contains("--call: unknown method \"bogus\""))
    }
}
