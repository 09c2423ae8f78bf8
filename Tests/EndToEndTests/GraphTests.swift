import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// `slipway graph`, judged by Graphviz, xmllint and jq.
    @Suite struct GraphTests {
        private static let example = Repository.top.appending("examples/go-web")

        private static let hostile = """
            FROM "a" AS end
            COPY ["a \\\\\\" b <x> & ]]> #35; `z`", "/x|y;%%{init}%%/"]
            FROM scratch
            COPY --from=end "/[a](b){c}--><br/>\u{1B}[31m" /日本語/éé/
            """

        private func graph(
            _ arguments: [String], in workspace: Workspace, input: String? = nil, locale: String = "C.UTF-8",
            at location: SourceLocation = #_sourceLocation
        ) async throws -> String {
            let outcome = try await workspace.slipway(
                ["graph"] + arguments, environment: ["LC_ALL": locale], input: input)
            try #require(outcome.status == 0, "\(outcome.transcript)", sourceLocation: location)
            #expect(outcome.errors.isEmpty, sourceLocation: location)
            return outcome.text
        }

        /// The README shows these two.
        @Test func theExampleInTheReadmeIsTrue() async throws {
            try await Workspace.use { workspace in
                let svg = try await graph([Self.example.string, "--format", "svg"], in: workspace)
                let committed = try File.text(Self.example.appending("graph.svg"))
                #expect(svg == committed, "run: slipway graph examples/go-web -o examples/go-web/graph.svg")
                #expect(svg.utf8.count < 20_000)
                let text = try await graph([Self.example.string], in: workspace)
                let readme = try File.text(Repository.top.appending("README.md"))
                let indented = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                    .map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
                #expect(readme.contains(indented), "\(indented)")
            }
        }

        @Test(arguments: ["example", "hostile"])
        func otherProgramsReadIt(_ name: String) async throws {
            try await Workspace.use { workspace in
                if name == "hostile" { try workspace.write("Dockerfile", Self.hostile) }
                let context = name == "hostile" ? workspace.context.string : Self.example.string
                for form in ["graph.svg", "graph.dot", "graph.json", "graph.mmd", "graph.txt"] {
                    let file = workspace.root.appending(form).string
                    #expect(try await graph([context, "-o", file], in: workspace).isEmpty)
                    let again = workspace.root.appending("again-" + form).string
                    _ = try await graph(["--output", again, context], in: workspace)
                    #expect(try File.data(FilePath(file)) == File.data(FilePath(again)), "\(form)")
                }
                let svg = workspace.root.appending("graph.svg").string
                _ = try await workspace.tool("xmllint", "--noout", "--nonet", svg)
                let plain = try await workspace.tool("dot", "-Tplain", workspace.root.appending("graph.dot").string)
                let nodes = plain.text.split(separator: "\n").filter { $0.hasPrefix("node ") }
                let edges = plain.text.split(separator: "\n").filter { $0.hasPrefix("edge ") }
                let count = try await workspace.tool(
                    "jq", "-c", "[(.nodes|length), ([.edges[]|[.from,.to,.kind]]|unique|length), .target]",
                    workspace.root.appending("graph.json").string)
                #expect(count.text == "[\(nodes.count),\(edges.count),\(name == "hostile" ? 1 : 5)]\n")
            }
        }

        @Test func readsStandardInput() async throws {
            try await Workspace.use { workspace in
                let text = "FROM a AS one\nFROM b AS two\n"
                let ascii = try await graph(["-f", "-", "--target", "one"], in: workspace, input: text, locale: "C")
                #expect(ascii.contains("`-- one (1 step)  <= TARGET\n"))
                #expect(ascii.contains("`.. two (1 step, pruned)\n"))
                #expect(try await graph(["-", "--target", "one"], in: workspace, input: text, locale: "C") == ascii)
            }
        }

        @Test func takesTheOptionsOfABuild() async throws {
            try await Workspace.use { workspace in
                try workspace.write("other", "ARG V=1\nFROM a:$V\nFROM x AS y\nCOPY --from=c $TARGETARCH /p\n")
                let file = workspace.context.appending("other").string
                let text = try await graph(
                    ["-f", file, "--build-arg", "V=2", "--build-context", "c=.", "--platform", "linux/arm64"],
                    in: workspace)
                #expect(text.contains("a:2 (image)"))
                #expect(text.contains("COPY from c: "))
                #expect(text.contains("other: target y"))
            }
        }

        @Test(arguments: [
            (["--format", "png"], "--format: \"png\" is not known"),
            (["-o", "x.png"], "no format is known by the name"),
            (["--target", "bild"], "did you mean build?"), (["nowhere"], "not found or not a directory"),
            (["-f", "nowhere"], "no such file"), (["--platform", "a/b/c/d"], "--platform"),
        ])
        func whatIsWrong(arguments: [String], message: String) async throws {
            try await Workspace.use { workspace in
                try workspace.write("Dockerfile", "FROM a AS build\n")
                let isPath = arguments.first == "nowhere"
                let outcome = try await workspace.slipway(
                    ["graph"] + arguments + (isPath ? [] : [workspace.context.string]))
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains(message), "\(outcome.errors)")
                #expect(outcome.text.isEmpty)
                #expect(!File.exists(workspace.root.appending("x.png")))
            }
        }

        @Test func aMistakeInTheDockerfileNamesItsLine() async throws {
            try await Workspace.use { workspace in
                try workspace.write("Dockerfile", "FROM a\nCOPY --from=9 /x /y\n")
                let outcome = try await workspace.slipway(["graph", workspace.context.string, "-o", "graph.svg"])
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains("Dockerfile:2"))
                #expect(!File.exists(workspace.root.appending("graph.svg")))
                #expect(!File.exists(workspace.store))
            }
        }
    }
}
