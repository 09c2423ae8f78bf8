import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// What a build says while it runs and when it fails.
    @Suite struct ProgressTests {
        /// The parts of BuildKit's SolveStatus that the test looks at.
        struct Status: Decodable {
            struct Vertex: Decodable {
                var digest: String
                var name: String
                var inputs: [String]?
                var started: String?
                var completed: String?
                var cached: Bool?
                var error: String?
            }

            struct Log: Decodable {
                var vertex: String
                var stream: Int
                var data: Data
                var timestamp: String
            }

            var vertexes: [Vertex]?
            var logs: [Log]?
        }

        private func rawJSON(_ work: Workspace, _ dockerfile: String) async throws -> (Int, [Status]) {
            try work.write("Dockerfile", dockerfile)
            let outcome = try await work.slipway(work.buildArguments(progress: ["--progress", "rawjson"]))
            let lines = outcome.errors.split(separator: "\n")
            #expect(!lines.isEmpty)
            return (
                outcome.status,
                try lines.map { line in
                    do {
                        return try JSONDecoder().decode(Status.self, from: Data(line.utf8))
                    } catch {
                        throw TestFailure("no JSON object: \(line)\n\(error)")
                    }
                }
            )
        }

        @Test func rawJSONParsesLineByLine() async throws {
            try await Workspace.use { work in
                let dockerfile = "FROM base\nRUN echo to-output && echo to-error >&2\nRUN true\n"
                let (status, lines) = try await rawJSON(work, dockerfile)
                #expect(status == 0)
                let vertexes = lines.flatMap { $0.vertexes ?? [] }
                let run = try #require(vertexes.last { $0.name.contains("RUN echo") && $0.completed != nil })
                #expect(run.started != nil && run.error == nil && run.cached != true)
                #expect(vertexes.allSatisfy { $0.digest.hasPrefix("sha256:") })
                let known = Set(vertexes.map(\.digest))
                #expect(vertexes.allSatisfy { known.isSuperset(of: $0.inputs ?? []) })
                let logs = lines.flatMap { $0.logs ?? [] }.filter { $0.vertex == run.digest }
                func text(_ stream: Int) -> String {
                    String(decoding: logs.filter { $0.stream == stream }.flatMap(\.data), as: UTF8.self)
                }
                #expect(text(1) == "to-output\n")
                #expect(text(2) == "to-error\n")

                let again = try await rawJSON(work, dockerfile).1.flatMap { $0.vertexes ?? [] }
                #expect(again.contains { $0.name.contains("RUN echo") && $0.cached == true })
            }
        }

        @Test func rawJSONOfAFailure() async throws {
            try await Workspace.use { work in
                let (status, lines) = try await rawJSON(work, "FROM base\nRUN echo before; exit 9\n")
                #expect(status == 1)
                #expect(lines.flatMap { $0.vertexes ?? [] }.contains { $0.error?.contains("9") == true })
            }
        }

        @Test func failureShowsOutputLineAndCode() async throws {
            try await Workspace.use { work in
                let outcome = try await work.build(
                    """
                    FROM base
                    RUN true
                    RUN echo one; echo two >&2; \\
                        exit 42
                    """)
                #expect(outcome.status == 1)
                for text in ["one", "two", "Dockerfile:3", "exit 42", "42"] {
                    #expect(outcome.errors.contains(text), "'\(text)' is not in:\n\(outcome.errors)")
                }
                // Result on standard output, all else on standard error.
                #expect(outcome.output.isEmpty)
            }
        }

        @Test func plainLinesHaveNoEscapes() async throws {
            try await Workspace.use { work in
                let outcome = try await work.build("FROM base\nRUN printf 'a\\033[31mred\\033[0m\\rb\\n'\n")
                #expect(outcome.status == 0, "\(outcome.transcript)")
                #expect(outcome.errors.contains("#1 "))
                let own = outcome.errors.split(separator: "\n").filter { !$0.contains("red") }
                #expect(!own.contains { $0.contains("\u{1B}") })
            }
        }

        struct Terminal: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var environment: [String: String]
            var colours: Bool
            var unicode: Bool
        }

        /// `script` runs the build on a terminal of its own.
        @Test(arguments: [
            Terminal(
                testDescription: "UTF-8 and colours", environment: ["TERM": "xterm-256color"], colours: true,
                unicode: true),
            Terminal(
                testDescription: "NO_COLOR", environment: ["TERM": "xterm-256color", "NO_COLOR": "1"], colours: false,
                unicode: true),
            Terminal(
                testDescription: "no UTF-8", environment: ["TERM": "xterm", "LC_ALL": "C"], colours: true,
                unicode: false),
        ])
        func liveView(terminal: Terminal) async throws {
            try await Workspace.use { work in
                try work.write("Dockerfile", "FROM base AS build\nRUN echo visible && sleep 1\nRUN echo done >/done\n")
                let line =
                    "stty rows 12 cols 50; exec \(try await Binary.path()) build "
                    + "--build-context base=oci-layout://\(work.base) \(work.context)"
                let outcome = try await Command(
                    program: "script",
                    arguments: ["--quiet", "--return", "--command", line, "\(work.root)/typescript"],
                    environment: terminal.environment.merging(["SLIPWAY_ROOT": work.store.string]) { $1 },
                    directory: work.root
                ).run()
                #expect(outcome.status == 0, "\(outcome.transcript)")
                let shown = outcome.text
                #expect(shown.contains("RUN echo visible"))
                #expect(shown.contains("\u{1B}["), "no live view")
                let colour = shown.split(separator: "\u{1B}[").dropFirst().contains { sequence in
                    guard let end = sequence.firstIndex(where: { $0.isLetter }), sequence[end] == "m" else {
                        return false
                    }
                    return sequence[..<end].split(separator: ";").contains { (30...37).contains(Int($0) ?? 0) }
                }
                #expect(colour == terminal.colours)
                #expect(shown.unicodeScalars.contains { $0.value > 127 } == terminal.unicode || terminal.unicode)
                // The cursor is shown again.
                #expect(!shown.contains("\u{1B}[?25l") || shown.contains("\u{1B}[?25h"))
            }
        }
    }
}
