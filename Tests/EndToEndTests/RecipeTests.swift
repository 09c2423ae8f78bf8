import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// `examples/measure`, which `make recipes` runs over all of examples/: here over one small stack, and over one that breaks its
    /// promises.
    @Suite struct RecipeTests {
        /// busybox without its shells and package managers stands for a compiled program.
        private static let good = """
            FROM base AS deps
            WORKDIR /src
            COPY deps.txt ./
            RUN cp deps.txt /fetched
            FROM deps AS build
            COPY message.txt ./
            RUN mkdir /out && cat message.txt /fetched >/out/message
            FROM scratch
            COPY --from=build /bin/busybox /bin/cat
            COPY --from=build /out/message /message
            USER 65532
            ENTRYPOINT ["/bin/cat", "/message"]
            """

        /// The sources come before the dependencies; compiler, package manager and root are there.
        private static let bad = """
            FROM base AS build
            WORKDIR /src
            COPY . .
            RUN cp deps.txt /fetched
            RUN mkdir /out && cat message.txt /fetched >/out/message
            FROM scratch
            COPY --from=build /bin/busybox /bin/cat
            COPY --from=build /bin/busybox /usr/bin/x86_64-linux-gnu-gcc-12
            COPY --from=build /bin/busybox /bin/sh
            COPY --from=build /bin/busybox /usr/bin/apt-get
            COPY --from=build /out/message /message
            ENTRYPOINT ["/bin/cat", "/message"]
            """

        private static let single = """
            FROM base
            WORKDIR /src
            COPY . .
            RUN cp deps.txt /fetched && mkdir /out && cat message.txt /fetched >/out/message && cp /bin/busybox /more
            CMD ["cat", "/out/message"]
            """

        private func recipe(_ work: Workspace, expect: String = "ahoy") -> String {
            """
            {
              "name": "toy", "title": "Toy", "bases": [], "flags": ["--build-context", "base=oci-layout://\(work.base)"],
              "single": {"dockerfile": "Dockerfile.single"},
              "forms": [
                {"id": "multi", "dockerfile": "Dockerfile", "user": "65532", "shell": false, "packageManager": false,
                 "holds": ["/message"]}
              ],
              "check": {"args": [], "expect": "\(expect)"},
              "sourceEdit": {"file": "message.txt", "old": "ahoy", "new": "land ahoy", "expect": "land ahoy"},
              "manifestEdit": {"file": "deps.txt", "old": "one", "new": "one\\ntwo", "expect": "two"},
              "dependencySteps": ["cp deps.txt /fetched"]
            }
            """
        }

        private func measure(_ work: Workspace, _ dockerfile: String, _ recipe: String) async throws -> Command.Outcome
        {
            let toy = work.root.appending("examples/toy")
            let files = [
                "Dockerfile": dockerfile, "Dockerfile.single": Self.single, "recipe.json": recipe,
                "message.txt": "ahoy\n",
                "deps.txt": "one\n", ".dockerignore": "Dockerfile*\nrecipe.json\n",
            ]
            for (name, text) in files { try File.write(text, to: toy.appending(name)) }
            let command = Command(
                program: Repository.top.appending("examples/measure").string,
                arguments: [
                    "--slipway", try await Binary.path(), "--directory", toy.removingLastComponent().string, "toy",
                ],
                environment: ["SLIPWAY_RECIPES": work.root.appending("recipes").string], limit: .seconds(400))
            return try await command.run()
        }

        @Test func aRecipeIsBuiltCheckedAndMeasured() async throws {
            try await Workspace.use { work in
                let outcome = try await measure(work, Self.good, recipe(work))
                try #require(outcome.status == 0, "\(outcome.transcript)")
                #expect(!outcome.text.contains("BROKEN"))
                let examples = work.root.appending("examples")
                let page = try File.text(examples.appending("README.md"))
                let row = try #require(page.split(separator: "\n").first { $0.contains("| multi |") })
                let cells = row.split(separator: "|").map { $0.split(separator: " ").joined() }
                // Two files, one of them executable; no package, shell, compiler or package manager.
                #expect(Array(cells[4...10]) == ["2", "0", "1", "none", "none", "none", "65532"])
                _ = try await work.tool("xmllint", "--noout", "--nonet", examples.appending("sizes.svg").string)
                let rows = try await work.tool(
                    "jq", "-c", "[.recipes.toy.rows[].id]", examples.appending("results.json").string)
                #expect(rows.text == "[\"single\",\"multi\"]\n")
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: work.root.appending("recipes").string).isEmpty)
            }
        }

        @Test func brokenPromisesAreNamed() async throws {
            try await Workspace.use { work in
                let outcome = try await measure(work, Self.bad, recipe(work))
                #expect(outcome.status == 1, "\(outcome.transcript)")
                let broken = outcome.text.split(separator: "\n").filter { $0.hasPrefix("BROKEN: ") }
                let expected = [
                    "an edited source file runs no dependency step again", "smaller than single-stage",
                    "no compiler ['gcc']",
                    "no package manager that scratch has not ['apt']", "no package manager at all ['apt']",
                    "no shell ['sh']",
                    "runs as 65532 (it is root)",
                ]
                #expect(broken.count == expected.count, "\(outcome.transcript)")
                for (line, text) in zip(broken, expected) { #expect(line.contains(text), "\(line)") }
            }
        }

        @Test func anImageThatAnswersOtherwiseIsNoSuccess() async throws {
            try await Workspace.use { work in
                let outcome = try await measure(work, Self.good, recipe(work, expect: "nobody says this"))
                #expect(outcome.status == 1, "\(outcome.transcript)")
                #expect(outcome.text.contains("its output has no 'nobody says this'"), "\(outcome.transcript)")
            }
        }
    }
}
