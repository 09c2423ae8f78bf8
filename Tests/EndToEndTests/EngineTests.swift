import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// What runs, when, and what does not.
    @Suite struct EngineTests {
        @Test func stageThatIsNotNeededIsNotNoticed() async throws {
            try await Workspace.use { work in
                let dockerfile = """
                    FROM base AS broken
                    RUN echo must-not-run && false
                    FROM nosuch.invalid/image:1 AS unreachable
                    RUN true
                    FROM base AS good
                    RUN echo good >/good
                    FROM good
                    """
                let outcome = try await work.build(dockerfile)
                #expect(outcome.status == 0, "\(outcome.transcript)")
                #expect(!outcome.errors.contains("must-not-run"))
                let broken = try await work.build(dockerfile, ["--target", "broken"])
                #expect(broken.status == 1)
                #expect(broken.errors.contains("must-not-run"))
            }
        }

        /// Each of two stages goes on when it sees the other, so neither ends if one waits for the end of the other.
        @Test(arguments: Account.all)
        func independentStagesRunAtTheSameTime(account: Account) async throws {
            func step(_ me: String, _ other: String) -> String {
                "RUN --mount=type=cache,target=/c touch /c/\(me); i=0; "
                    + "while [ ! -e /c/\(other) ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; "
                    + "test -e /c/\(other) && echo seen >/\(me)"
            }
            try await Workspace.use(as: account) { work in
                let outcome = try await work.build(
                    """
                    FROM base AS one
                    \(step("one", "two"))
                    FROM base AS two
                    \(step("two", "one"))
                    FROM base
                    COPY --from=one /one /
                    COPY --from=two /two /
                    """)
                #expect(outcome.status == 0, "\(outcome.transcript)")
            }
        }

        @Test(arguments: Account.all)
        func warmStoreRunsNothing(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("message", "hello\n")
                let first = try await work.build(ImageTests.dockerfile)
                try #require(first.status == 0, "\(first.transcript)")
                #expect(PlainProgress(first.errors).executed.count == 3, "\(first.errors)")
                for _ in 2...3 {
                    let again = try await work.build(ImageTests.dockerfile)
                    #expect(again.status == 0)
                    #expect(PlainProgress(again.errors).executed == [], "\(again.errors)")
                    #expect(PlainProgress(again.errors).cached.count >= 3, "\(again.errors)")
                }
                // A file's time is no reason to run anything, its content is.
                _ = try await Command(
                    program: "touch", arguments: [work.context.appending("message").string]
                ).run()
                let touched = try await work.build(ImageTests.dockerfile)
                #expect(PlainProgress(touched.errors).executed == [], "\(touched.errors)")
                try work.write("message", "changed\n")
                let changed = try await work.build(ImageTests.dockerfile)
                #expect(changed.status == 0)
                #expect(PlainProgress(changed.errors).executed.count == 3, "\(changed.errors)")
                let forced = try await work.build(ImageTests.dockerfile, ["--no-cache"])
                #expect(PlainProgress(forced.errors).executed.count == 3, "\(forced.errors)")
            }
        }

        /// Two empty stores, at two times, give one digest; so do root and an ordinary user.
        @Test func emptyStoresGiveTheSameDigest() async throws {
            let dockerfile = """
                FROM base AS build
                WORKDIR /src
                COPY . .
                RUN mkdir /out && cat message >/out/message && date >/out/.stamp && rm /out/.stamp && mkdir /out/empty
                FROM base
                COPY --from=build /out /app
                RUN rm -r /old && ln /app/message /app/second
                ENV A=1
                """
            var digests: Set<String> = []
            for account in Account.all {
                try await Workspace.use(as: account) { work in
                    try work.write("message", "hello\n")
                    try work.write("tree/file", "file\n", mode: 0o755)
                    try work.write("Dockerfile", dockerfile)
                    _ = try await Command(
                        program: "find",
                        arguments: [work.context.string, "-exec", "touch", "-d", "@1700000000", "{}", "+"]
                    ).run()
                    for number in 1...2 {
                        let image = try await work.buildImage(
                            dockerfile, store: work.root.appending("store-\(number)"), named: "image-\(number)")
                        digests.insert(image.manifestDigest)
                        // Later times in the layers would show here.
                        try await Task.sleep(for: .milliseconds(1100))
                    }
                }
            }
            #expect(digests.count == 1, "\(digests)")
        }

        @Test func cacheMountStaysAndSecretDoesNot() async throws {
            try await Workspace.use { work in
                try File.write("s3cr3t-of-the-test\n", to: work.root.appending("token"))
                let dockerfile = """
                    FROM base
                    ARG ROUND
                    RUN --mount=type=cache,target=/cache --mount=type=secret,id=token \\
                        echo "$ROUND" >>/cache/rounds && cp /cache/rounds /rounds \\
                        && wc -c </run/secrets/token >/length
                    """
                var image: Image?
                for round in 1...2 {
                    image = try await work.buildImage(
                        dockerfile,
                        ["--build-arg", "ROUND=\(round)", "--secret", "id=token,src=\(work.root)/token"],
                        named: "round-\(round)")
                }
                let last = try #require(image)
                #expect(try await last.text(of: "rounds", layer: -1) == "1\n2\n")
                #expect(try await last.text(of: "length", layer: -1) == "19\n")
                #expect(try await !last.contains("s3cr3t-of-the-test"))
                // An environment variable's value comes the same way.
                let named = try await work.buildImage(
                    "FROM base\nRUN --mount=type=secret,id=key,env=KEY echo ${#KEY} >/length\n",
                    ["--secret", "id=key,env=SECRET_OF_TEST"],
                    environment: ["SECRET_OF_TEST": "abcdef-secret"], named: "named")
                #expect(try await named.text(of: "length", layer: -1) == "13\n")
                #expect(try await !named.contains("abcdef-secret"))
            }
        }

        /// Several builds share a store at the same time.
        @Test func buildsAtTheSameTime() async throws {
            try await Workspace.use { work in
                try work.write("Dockerfile", "FROM base\nRUN sleep 0.5 && echo same >/same\n")
                let statuses = try await withThrowingTaskGroup(of: Command.Outcome.self) { group in
                    for number in 1...3 {
                        group.addTask {
                            try await work.slipway(work.buildArguments(["--tag", "same:\(number)"]))
                        }
                    }
                    var outcomes: [Command.Outcome] = []
                    for try await outcome in group { outcomes.append(outcome) }
                    return outcomes
                }
                for outcome in statuses { #expect(outcome.status == 0, "\(outcome.transcript)") }
                let listing = try await work.slipway(["images", "--format", "json"])
                #expect(listing.text.split(separator: "\n").count == 3, "\(listing.transcript)")
            }
        }
    }
}
