import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// docs/ is a book whose commands are run, from the top of each page to its end, by an ordinary user.
    @Suite struct BookTests {
        @Test(arguments: BookPage.all)
        func whatThePageShowsIsSo(_ page: BookPage) async throws {
            try await BookFolder.use(for: page) { folder in
                let results = try await folder.run(page)
                for (index, result) in results.enumerated() {
                    let (command, printed) = (result.command, result.printed.joined(separator: "\n"))
                    let isAskedFor = index + 1 < results.count && results[index + 1].command.asksForStatus
                    #expect(
                        result.status == 0 || isAskedFor,
                        "docs/\(command.place): $ \(command.text)\nended with \(result.status):\n\(printed)")
                    #expect(
                        command.output.isEmpty || command.isTrue(of: result.printed),
                        "docs/\(command.place): $ \(command.text)\nprinted:\n\(printed)")
                }
            }
        }

        @Test(arguments: File.names(BookPage.directory).filter { $0.hasSuffix(".md") })
        func everyBlockIsAFileOrAConsoleOrSaysThatItIsNotRun(name: String) throws {
            _ = try BookPage(named: name)
        }

        /// What is not built is at least planned.
        @Test func dockerfilesThatAreNotBuiltAreSound() async throws {
            let names = File.names(BookPage.directory).filter { $0.hasSuffix(".md") }
            let all = try names.flatMap { try BookPage(named: $0).unbuilt }
            try #require(!all.isEmpty)
            try await Workspace.use { work in
                for (place, text) in all {
                    try work.write("Dockerfile", text)
                    let outcome = try await work.slipway(["graph", work.context.string])
                    #expect(outcome.status == 0, "\(place): \(outcome.transcript)")
                }
            }
        }

        /// The contents page leads to every other page, and no link of any page leads nowhere.
        @Test func everyPageIsInTheContents() throws {
            let names = File.names(BookPage.directory).filter { $0.hasSuffix(".md") }
            let contents = try File.text(BookPage.directory.appending("README.md"))
            for name in names where name != "README.md" {
                #expect(contents.contains("](\(name))"), "docs/README.md has no link to \(name)")
            }
            let pages = names.map { "docs/\($0)" } + ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
            for page in pages {
                let path = Repository.top.appending(page)
                for match in try File.text(path).matches(of: /\]\(([^)# ]+)(#[^) ]*)?\)/) {
                    let target = String(match.1)
                    guard !target.contains("://") else { continue }
                    let file = path.removingLastComponent().appending(target).lexicallyNormalized()
                    #expect(File.exists(file), "\(page): a link to \(target)")
                }
            }
        }

        @Test(arguments: [
            ("a  b 3.0MB 0.3s", "a b   3.3MB 12.4s", true), ("a 3.0MB", "a 6.0MB", false), ("a b", "a c", false),
            ("sha256:0123456789ab…", "sha256:0123456789abcdef", true), ("x … z", "x y y z", true),
            ("x … z", "x y", false), ("id…", "identifier", true), ("a\n…\nd", "a\nb\nc\nd", true),
            ("a\n…\nd", "a\nd", true), ("a\n…", "b", false), ("a", "a\nb", false), ("a\nb", "a", false),
            ("6e7a9024cf6a x", "b7e10311983d x", true), ("a", "a\n\n", true), ("", "a", false),
        ])
        func whatCountsAsTheSame(shown: String, printed: String, expected: Bool) {
            let lines = shown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let command = ShownCommand(text: "", output: lines, place: "")
            let output = printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            #expect(command.isTrue(of: output) == expected)
        }

        @Test func whatAPageConsistsOf() throws {
            let page = try BookPage(
                name: "page.md",
                text: """
                    The file `a/Dockerfile`:

                    ```dockerfile
                    FROM gcc:12 AS one
                    COPY --from=busybox:1 /bin /bin
                    FROM one
                    ```

                    Text.

                    ```console
                    $ one \\
                    > two
                    out

                    put
                    $ three
                    ```

                    *Not run by the tests: it needs a cluster.*

                    ```console
                    $ kubectl x
                    ```
                    """)
            #expect(page.files.map(\.name) == ["a/Dockerfile"])
            #expect(page.baseNames == ["busybox:1", "gcc:12"])
            #expect(page.commands.map(\.text) == ["one \\\ntwo", "three"])
            #expect(page.commands.map(\.output) == [["out", "", "put"], []])
            #expect(page.commands.map(\.place) == ["page.md:12", "page.md:17"])
            #expect(throws: TestFailure.self) { try BookPage(name: "p", text: "Text\n```sh\nslipway build\n```\n") }
        }
    }
}
