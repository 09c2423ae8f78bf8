import SystemPackage
import Testing

extension EndToEnd {
    /// The lists of commands in the reference pages of docs/, run one after the other in a folder where they have something to do.
    @Suite struct ReferenceTests {
        /// A page, and what its commands find.
        struct Reference: Sendable, CustomTestStringConvertible {
            var page: String
            /// A script that comes before them.
            var preparation = Self.dockerfile
            /// What stands for something else in the page, and what it is here.
            var replacements: [(String, String)] = []
            /// Beginnings of commands that end with 1, as the page says or because nobody is at a terminal here.
            var failing: [String] = []

            var testDescription: String { page }

            static let dockerfile = """
                cat >Dockerfile <<'END'
                FROM busybox:1 AS build
                WORKDIR /work
                RUN --mount=type=cache,id=go-build,target=/cache echo kept >/cache/file && echo result >/result
                FROM busybox:1
                COPY --from=build /result /result
                END
                slipway build -q -t shop:1 .
                """

            static let everyPlatform = """
                printf 'FROM scratch\\nCOPY Dockerfile /\\n' >Dockerfile
                slipway build -q --platform linux/amd64,linux/arm64 -t shop:1 -t registry.example/shop:1 .
                """

            static let failing = """
                cat >Dockerfile <<'END'
                FROM busybox:1
                WORKDIR /work
                RUN --mount=type=secret,id=npm echo found nothing >config.log && exit 3
                END
                echo token >.npmrc
                ! slipway build -q --secret id=npm,src=.npmrc --on-error=keep .
                """
        }

        static let references = [
            Reference(page: "attestations.md"),
            Reference(
                page: "cache.md",
                preparation: Reference.dockerfile
                    + "\nslipway build -q --push --cache-to type=inline -t registry.example/app:latest ."),
            Reference(
                page: "debugging.md", preparation: Reference.failing,
                replacements: [(" 12 ", " 1 "), ("--step 3", "--step 2"), ("-t | --json", "-t")],
                failing: ["slipway build "]),
            Reference(page: "limits.md"),
            Reference(page: "platforms.md", preparation: Reference.everyPlatform),
            Reference(
                page: "registries.md", preparation: "echo s3cret >token.txt",
                replacements: [("registry.example", "REGISTRY")]),
            Reference(
                page: "sbom.md",
                preparation: Reference.everyPlatform + """

                    slipway push -q registry.example/shop:1
                    slipway copy -q store:shop:1 oci:layout:1
                    """,
                replacements: [
                    ("oci-layout://PATH[:tag|@digest]", "oci-layout://layout:1"), ("IMAGE", "shop:1"),
                    ("NAME", "registry.example/shop:1"), (" …", " ."),
                ]),
            Reference(
                page: "transfers.md",
                preparation: Reference.dockerfile + """

                    slipway build -q --push -t registry.example/app:1 .
                    slipway tag shop:1 app:1
                    digest=$(slipway images --digests app | awk 'NR == 2 { print $3 }')
                    """,
                replacements: [("sha256:…", "$digest")]),
        ]

        @Test(arguments: references)
        func theListedCommandsWork(_ reference: Reference) async throws {
            let text = try File.text(BookPage.directory.appending(reference.page))
            var page = try BookPage(name: reference.page, text: "")
            page.parts = [
                .command(ShownCommand(text: "set -e\n\(reference.preparation)\nset +e", output: [], place: "before"))
            ]
            for (number, line) in zip(1..., text.split(separator: "\n", omittingEmptySubsequences: false)) {
                guard line.hasPrefix("    slipway ") else { continue }
                let command = reference.replacements.reduce(String(line.dropFirst(4))) {
                    $0.replacing($1.0, with: $1.1)
                }
                // A synopsis: parsed by another test.
                guard !command.contains(" [") else { continue }
                page.parts.append(
                    .command(ShownCommand(text: command, output: [], place: "docs/\(reference.page):\(number)")))
            }
            #expect(page.parts.count > 1)
            let commands = page
            try await BookFolder.use(for: page, bases: ["busybox:1"]) { folder in
                for (command, printed, status) in try await folder.run(commands) {
                    let isToFail = reference.failing.contains { command.text.hasPrefix($0) }
                    #expect(
                        status == (isToFail ? 1 : 0),
                        "\(command.place): \(command.text)\n\(printed.joined(separator: "\n"))")
                }
            }
        }

        /// Every page with such a list is one of them.
        @Test func noListIsLeftOut() throws {
            for name in File.names(BookPage.directory) where name.hasSuffix(".md") {
                let text = try File.text(BookPage.directory.appending(name))
                let hasList = text.hasPrefix("    slipway ") || text.contains("\n    slipway ")
                #expect(hasList == Self.references.contains { $0.page == name }, "docs/\(name)")
            }
        }
    }
}
