import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// `--explain` and `slipway explain`: one thing is changed, and exactly that is said.
    @Suite struct ExplainTests {
        /// A first build, a change, a second build, and what is said of the second one's steps.
        struct Case: CustomTestStringConvertible, Sendable {
            var testDescription: String
            var dockerfile: String
            /// The Dockerfile of the second build, if it is another.
            var next: String?
            /// Flags of the first and of the second build.
            var flags: ([String], [String]) = ([], [])
            /// `SOURCE_DATE_EPOCH` of the first and of the second build.
            var epochs: (String, String)?
            /// What happens in the context between the builds, as a shell script; `$STORE` is the store.
            var change = "true"
            /// The reasons by the name of the step, without the line that names the earlier build; `CACHED (…)` for a
            /// step from the cache. Base images are left out.
            var says: [String: [String]]
        }

        private static let copy = "FROM base\nCOPY src /src\n"
        private static let copied = "[2/2] COPY src /src"
        private static let stages = """
            FROM base AS build
            COPY src/a /a
            RUN grep -c . /a >/out
            FROM base
            COPY --from=build /out /out
            RUN cat /out
            """

        static let cases = [
            Case(testDescription: "nothing", dockerfile: copy, says: [copied: ["CACHED (same inputs)"]]),
            Case(
                testDescription: "times are no reason", dockerfile: copy,
                change: "touch -d @1700000000 src src/a", says: [copied: ["CACHED (same inputs)"]]),
            Case(
                testDescription: "the umask of a checkout is no reason", dockerfile: copy,
                change: "chmod 664 src/a && chmod 775 src", says: [copied: ["CACHED (same inputs)"]]),
            Case(
                testDescription: "other modes are", dockerfile: copy, change: "chmod 660 src/a",
                says: [copied: ["src/a: mode 0644 -> 0640"]]),
            Case(
                testDescription: "modes are no reason where --chmod gives them",
                dockerfile: "FROM base\nCOPY --chmod=0644 src /src\n", change: "chmod 664 src/a",
                says: ["[2/2] COPY --chmod=0644 src /src": ["CACHED (same inputs)"]]),
            // MARK: Files
            Case(
                testDescription: "content", dockerfile: copy, change: "echo 2 >src/a",
                says: [copied: ["src/a: content changed"]]),
            Case(
                testDescription: "added", dockerfile: copy, change: "echo >src/n", says: [copied: ["src/n: added"]]),
            Case(
                testDescription: "removed", dockerfile: copy, change: "rm src/a", says: [copied: ["src/a: removed"]]),
            Case(
                testDescription: "many", dockerfile: copy, change: "for i in $(seq 10 51); do echo >src/$i; done",
                says: [copied: ["10", "11", "12", "13", "14"].map { "src/\($0): added" } + ["and 37 more files"]]),
            Case(
                testDescription: "mode", dockerfile: copy, change: "chmod 755 src/a",
                says: [copied: ["src/a: mode 0644 -> 0755"]]),
            Case(
                testDescription: "link", dockerfile: copy, change: "ln -sfn b src/l",
                says: [copied: ["src/l: link a -> b"]]),
            Case(
                testDescription: "kind", dockerfile: copy, change: "rm src/l && mkdir src/l",
                says: [copied: ["src/l: kind link -> directory"]]),
            Case(
                testDescription: "named context", dockerfile: "FROM base\nCOPY --from=lib . /lib\n",
                flags: (["--build-context", "lib=context/src"], ["--build-context", "lib=context/src"]),
                change: "echo 2 >src/a",
                says: ["[2/2] COPY --from=lib . /lib": ["a (context \"lib\"): content changed"]]),
            Case(
                testDescription: "bind mount", dockerfile: "FROM base\nRUN --mount=target=/m,source=src cat /m/a\n",
                change: "echo 2 >src/a", says: ["[2/2] RUN cat /m/a": ["src/a (mounted at /m): content changed"]]),
            Case(
                testDescription: "heredoc", dockerfile: "FROM base\nCOPY <<EOF /x\n1\nEOF\n",
                next: "FROM base\nCOPY <<EOF /x\n2\nEOF\n",
                says: ["[2/2] COPY <<EOF /x": ["the text of the heredoc EOF changed"]]),
            // MARK: Variables and settings
            Case(
                testDescription: "build argument", dockerfile: "FROM base\nARG V=1\nRUN echo $V\n",
                flags: ([], ["--build-arg", "V=2"]), says: ["[2/2] RUN echo $V": ["build argument V: 1 -> 2"]]),
            Case(
                testDescription: "environment variable", dockerfile: "FROM base\nENV V=1\nRUN echo $V\nRUN true\n",
                next: "FROM base\nENV V=2\nRUN echo $V\nRUN true\n",
                says: [
                    "[2/3] RUN echo $V": ["environment variable V: 1 -> 2"],
                    "[3/3] RUN true": ["environment variable V: 1 -> 2"],
                ]),
            Case(
                testDescription: "secret", dockerfile: "FROM base\nARG API_TOKEN\nRUN echo x\n",
                flags: (["--build-arg", "API_TOKEN=hunter1"], ["--build-arg", "API_TOKEN=hunter2"]),
                says: ["[2/2] RUN echo x": ["build argument API_TOKEN: another value, which is not shown"]]),
            Case(
                testDescription: "user", dockerfile: "FROM base\nRUN id\n", next: "FROM base\nUSER app\nRUN id\n",
                says: ["[2/2] RUN id": ["user: \"\" -> app"]]),
            Case(
                testDescription: "working directory", dockerfile: "FROM base\nWORKDIR /a\nRUN pwd\n",
                next: "FROM base\nWORKDIR /b\nRUN pwd\n",
                says: [
                    "[2/3] WORKDIR /b": ["the instruction was WORKDIR /a"],
                    "[3/3] RUN pwd": [
                        "working directory: /a -> /b", "after [2/3] WORKDIR /b (the instruction was WORKDIR /a)",
                    ],
                ]),
            Case(
                testDescription: "mount", dockerfile: "FROM base\nRUN --mount=type=cache,target=/c true\n",
                next: "FROM base\nRUN --mount=type=cache,target=/c,mode=0700 true\n",
                says: ["[2/2] RUN true": ["mount /c: cache -> cache,mode=700"]]),
            Case(
                testDescription: "another cache directory is no reason",
                dockerfile: "FROM base\nRUN --mount=type=cache,target=/c,id=a true\n",
                next: "FROM base\nRUN --mount=type=cache,target=/c,id=b,sharing=locked true\n",
                says: ["[2/2] RUN true": ["CACHED (same inputs)"]]),
            Case(
                testDescription: "secret mount", dockerfile: "FROM base\nRUN --mount=type=secret,id=a,env=S true\n",
                next: "FROM base\nRUN --mount=type=secret,id=b,env=S true\n",
                says: [
                    "[2/2] RUN true": [
                        "mount /run/secrets/b is new (secret,id=b,env=S)",
                        "mount /run/secrets/a is gone (secret,id=a,env=S)",
                    ]
                ]),
            Case(
                testDescription: "destination", dockerfile: "FROM base\nARG D=/x\nCOPY src $D\n",
                flags: ([], ["--build-arg", "D=/y"]), says: ["[2/2] COPY src $D": ["destination: /x -> /y"]]),
            // MARK: Instructions
            Case(
                testDescription: "instruction", dockerfile: "FROM base\nRUN echo 1\nRUN true\n",
                next: "FROM base\nRUN echo 2 >/x\nRUN true\n",
                says: [
                    "[2/3] RUN echo 2 >/x": ["the instruction was RUN echo 1"],
                    "[3/3] RUN true": ["after [2/3] RUN echo 2 >/x (the instruction was RUN echo 1)"],
                ]),
            Case(
                testDescription: "the same result of another instruction",
                dockerfile: "FROM base\nRUN echo 1\nRUN true\n", next: "FROM base\nRUN echo 2\nRUN true\n",
                says: [
                    "[2/3] RUN echo 2": ["the instruction was RUN echo 1"], "[3/3] RUN true": ["CACHED (same content)"],
                ]),
            Case(
                testDescription: "new instruction", dockerfile: "FROM base\nRUN echo 1 >/a\n",
                next: "FROM base\nRUN echo 0 >/b\nRUN echo 1 >/a\n",
                says: [
                    "[2/3] RUN echo 0 >/b": ["earlier builds had no such step"],
                    "[3/3] RUN echo 1 >/a": ["after [2/3] RUN echo 0 >/b (earlier builds had no such step)"],
                ]),
            Case(
                testDescription: "an instruction less",
                dockerfile: "FROM base\nRUN echo 1 >/a\nRUN echo 2 >/b\nRUN echo 3 >/c\n",
                next: "FROM base\nRUN echo 1 >/a\nRUN echo 3 >/c\n",
                says: [
                    "[2/3] RUN echo 1 >/a": ["CACHED (same inputs)"],
                    "[3/3] RUN echo 3 >/c": ["it came after [3/4] RUN echo 2 >/b"],
                ]),
            // MARK: Stages
            Case(
                testDescription: "another artifact", dockerfile: stages, change: "printf '1\\n2\\n' >src/a",
                says: [
                    "[build 2/3] COPY src/a /a": ["src/a: content changed"],
                    "[build 3/3] RUN grep -c . /a >/out": ["after [build 2/3] COPY src/a /a (src/a: content changed)"],
                    "[stage-1 2/3] COPY --from=build /out /out": [
                        "out (stage build): content changed",
                        "after [build 2/3] COPY src/a /a (src/a: content changed)",
                    ],
                    "[stage-1 3/3] RUN cat /out": ["after [build 2/3] COPY src/a /a (src/a: content changed)"],
                ]),
            Case(
                testDescription: "the same artifact", dockerfile: stages, change: "echo 2 >src/a",
                says: [
                    "[build 2/3] COPY src/a /a": ["src/a: content changed"],
                    "[build 3/3] RUN grep -c . /a >/out": ["after [build 2/3] COPY src/a /a (src/a: content changed)"],
                    "[stage-1 2/3] COPY --from=build /out /out": ["CACHED (same content)"],
                    "[stage-1 3/3] RUN cat /out": ["CACHED (same content)"],
                ]),
            // MARK: The cache
            Case(
                testDescription: "--no-cache", dockerfile: copy, flags: ([], ["--no-cache"]),
                says: [copied: ["--no-cache"]]),
            Case(
                testDescription: "--no-cache-filter", dockerfile: stages, flags: ([], ["--no-cache-filter", "build"]),
                says: [
                    "[build 2/3] COPY src/a /a": ["--no-cache-filter names the stage build"],
                    "[build 3/3] RUN grep -c . /a >/out": ["--no-cache-filter names the stage build"],
                    "[stage-1 2/3] COPY --from=build /out /out": ["CACHED (same content)"],
                    "[stage-1 3/3] RUN cat /out": ["CACHED (same content)"],
                ]),
            Case(
                testDescription: "epoch", dockerfile: copy, epochs: ("2000", "1000"),
                says: [
                    copied: [
                        "SOURCE_DATE_EPOCH (1970-01-01T00:16:40Z) is before the times of the kept result "
                            + "(1970-01-01T00:33:20Z)"
                    ]
                ]),
            Case(
                testDescription: "times are to be kept", dockerfile: copy,
                flags: ([], ["--output", "type=tar,dest=kept.tar,rewrite-timestamp=false"]),
                says: [copied: ["rewrite-timestamp: (not set) -> false"]]),
            Case(
                testDescription: "removed from the cache", dockerfile: copy,
                change: "sqlite3 $STORE/index.sqlite 'DELETE FROM cache_records'",
                says: [copied: ["same inputs, but the result is not in the cache any more"]]),
            Case(
                testDescription: "layers removed", dockerfile: copy,
                change:
                    "mv $STORE/layers $STORE/gone && mkdir $STORE/layers && sqlite3 $STORE/index.sqlite 'DELETE FROM layers'",
                says: [copied: ["same inputs, but the layer of the result is gone from the store"]]),
            Case(
                testDescription: "lists of files removed", dockerfile: copy,
                change: "echo 2 >src/a && sqlite3 $STORE/index.sqlite 'DELETE FROM selections'",
                says: [copied: ["other files (build context); the earlier ones are not known any more"]]),
            Case(
                testDescription: "no memory of builds", dockerfile: copy,
                change: "echo 2 >src/a && sqlite3 $STORE/index.sqlite 'DELETE FROM steps'",
                says: [copied: ["no record of an earlier build"]]),
        ]

        @Test(arguments: cases)
        func oneThingChanges(_ test: Case) async throws {
            try await Workspace.use { work in
                try await Self.prepare(work)
                let quiet = ["--output", "type=cacheonly"]
                func variables(_ epoch: String?) -> [String: String] {
                    epoch.map { ["SOURCE_DATE_EPOCH": $0] } ?? [:]
                }
                let first = try await work.build(
                    test.dockerfile, quiet + test.flags.0, environment: variables(test.epochs?.0))
                try #require(first.status == 0, "\(first.transcript)")
                #expect(!first.errors.contains(" WHY "))
                _ = try await work.tool(
                    "sh", "-c", "cd context && \(test.change)", environment: ["STORE": work.store.string])
                let second = try await work.build(
                    test.next ?? test.dockerfile, quiet + test.flags.1 + ["--explain"],
                    environment: variables(test.epochs?.1))
                try #require(second.status == 0, "\(second.transcript)")
                #expect(Self.explained(second.errors, earlier: "build 1 of \(work.context)/Dockerfile") == test.says)
            }
        }

        /// Files for the context, with modes that do not depend on who runs the tests.
        private static func prepare(_ work: Workspace) async throws {
            try work.write("src/a", "1\n")
            _ = try await work.tool("sh", "-c", "ln -s a context/src/l && chmod 755 context/src")
        }

        /// What is said of each step but base images. The line about the earlier build is taken away if it is the one that
        /// is expected.
        private static func explained(_ progress: String, earlier: String) -> [String: [String]] {
            var names: [Substring: String] = [:]
            var said: [String: [String]] = [:]
            for line in progress.split(separator: "\n") where line.hasPrefix("#") {
                let parts = line.split(separator: " ", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let rest = String(parts[1])
                guard let name = names[parts[0]] else {
                    names[parts[0]] = rest
                    continue
                }
                if rest.hasPrefix("WHY compared with \(earlier)") { continue }
                if rest.hasPrefix("WHY ") { said[name, default: []].append(String(rest.dropFirst(4))) }
                if rest.hasPrefix("CACHED ") { said[name, default: []].append(rest) }
            }
            return said
        }

        @Test func baseImage() async throws {
            try await Workspace.use { work in
                let other = work.root.appending("other")
                let made = try await work.build(
                    "FROM base\nRUN echo >/new\n", ["--output", "type=oci,tar=false,dest=\(other)"])
                try #require(made.status == 0, "\(made.transcript)")
                let dockerfile = "FROM base\nRUN true\n"
                let first = try await work.build(dockerfile)
                try #require(first.status == 0, "\(first.transcript)")
                let second = try await work.build(
                    dockerfile, ["--explain", "--build-context", "base=oci-layout://\(other)"])
                try #require(second.status == 0, "\(second.transcript)")
                let digests = try [work.base, other].map { try Self.manifest($0) }
                #expect(
                    Self.explained(second.errors, earlier: "build 2 of \(work.context)/Dockerfile")
                        == ["[2/2] RUN true": ["base image: base@\(digests[0]) -> base@\(digests[1])"]])
            }
        }

        /// The digest of the only image of a layout, as it is shown.
        private static func manifest(_ layout: FilePath) throws -> String {
            let text = try File.text(layout.appending("index.json"))
            let start = try #require(text.firstRange(of: "\"sha256:")).upperBound
            return "sha256:" + text[start...].prefix(12)
        }

        @Test func firstBuilds() async throws {
            try await Workspace.use { work in
                try await Self.prepare(work)
                let nothing = "no record of an earlier build"
                for store in [work.store, work.root.appending("another")] {
                    let outcome = try await work.build(Self.copy, ["--explain"], store: store)
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    #expect(Self.explained(outcome.errors, earlier: "") == [Self.copied: [nothing]])
                }
                // Another checkout of the same thing is compared with what this one was.
                _ = try await work.tool("sh", "-c", "cp -a context elsewhere && echo 2 >elsewhere/src/a")
                let moved = try await work.slipway(
                    [
                        "build", "--build-context", "base=oci-layout://\(work.base)", "--progress", "plain",
                        "--explain",
                        "elsewhere",
                    ])
                #expect(
                    Self.explained(moved.errors, earlier: "build 1 of \(work.context)/Dockerfile")
                        == [Self.copied: ["src/a: content changed"]], "\(moved.transcript)")
            }
        }

        /// A step that ran again because of one that came out of the cache with another result than before.
        @Test func backToWhatWasBefore() async throws {
            try await Workspace.use { work in
                try await Self.prepare(work)
                let dockerfile = { (last: String) in "FROM base\nCOPY src /src\nRUN ls /src\nRUN \(last)\n" }
                for (file, last) in [("1", "cat /src/a"), ("2", "cat /src/a")] {
                    try work.write("src/a", file)
                    let outcome = try await work.build(dockerfile(last))
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                }
                let other = try await work.build(dockerfile("cat /src/*"))
                try #require(other.status == 0, "\(other.transcript)")
                try work.write("src/a", "1")
                let outcome = try await work.build(dockerfile("cat /src/*"), ["--explain"])
                try #require(outcome.status == 0, "\(outcome.transcript)")
                #expect(
                    Self.explained(outcome.errors, earlier: "build 3 of \(work.context)/Dockerfile") == [
                        "[2/4] COPY src /src": ["CACHED (same inputs)"],
                        "[3/4] RUN ls /src": ["CACHED (same inputs)"],
                        "[4/4] RUN cat /src/*": ["after [2/4] COPY src /src (src/a: content changed)"],
                    ])
            }
        }

        /// The umask of whoever builds is in no image and no key.
        @Test func umask() async throws {
            try await Workspace.use { work in
                try await Self.prepare(work)
                try work.write(
                    "Dockerfile",
                    "FROM base\nWORKDIR /new/dir\nCOPY src /src\nCOPY <<EOF /x/y\n1\nEOF\nRUN echo 1 >/f && mkdir /d\n")
                let build = [try await Binary.path()] + work.buildArguments(["--explain"])
                var images: Set<String> = []
                for (store, mask, runs) in [("one", "022", true), ("two", "077", true), ("one", "077", false)] {
                    let file = work.root.appending("id")
                    let outcome = try await Command(
                        program: "sh",
                        arguments: ["-c", "umask \(mask) && exec \"$@\"", "sh"] + build + ["--iidfile", file.string],
                        environment: ["SLIPWAY_ROOT": work.root.appending(store).string], directory: work.root,
                        account: work.account
                    ).run()
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    #expect(outcome.errors.contains(" WHY ") == runs, "\(outcome.errors)")
                    images.insert(try File.text(file))
                }
                #expect(images.count == 1)
            }
        }

        @Test func inJSON() async throws {
            try await Workspace.use { work in
                try await Self.prepare(work)
                _ = try await work.build(Self.copy)
                try work.write("src/a", "2\n")
                let arguments = work.buildArguments(["--explain"], progress: ["--progress", "rawjson"])
                let outcome = try await work.slipway(arguments)
                try #require(outcome.status == 0, "\(outcome.transcript)")
                #expect(
                    outcome.errors.contains(
                        #""reasons":[{"change":"content","kind":"file","name":"src/a"}]"#), "\(outcome.errors)")
                let again = try await work.slipway(arguments)
                #expect(again.errors.contains(#""explanation":{"cached":"same inputs"}"#), "\(again.errors)")
            }
        }

        // MARK: slipway explain

        @Test(arguments: Account.all)
        func theLastBuild(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let none = try await work.slipway(["explain"])
                #expect(none.status == 1 && none.errors.contains("no build is recorded"), "\(none.transcript)")
                let dockerfile = "FROM base\nARG V=1\nRUN echo $V >/v\nRUN test ! -e /fail\n"
                for (tag, value) in [("shop:1", "1"), ("other:1", "x"), ("shop:2", "2")] {
                    let outcome = try await work.build(dockerfile, ["--tag", tag, "--build-arg", "V=\(value)"])
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                }
                let last = try await work.slipway(["explain"])
                let lines = last.text.split(separator: "\n").map(String.init)
                try #require(last.status == 0 && lines.count == 11, "\(last.transcript)")
                #expect(
                    lines[0].hasPrefix("Build 3 of shop:2, ") && lines[0].hasSuffix("s, 2 of 3 steps ran"),
                    "\(lines[0])")
                #expect(lines[1...2] == ["[1/3] FROM base", "    CACHED"])
                #expect(lines[3] == "[2/3] RUN echo $V >/v")
                #expect(lines[4].hasPrefix("    DONE "))
                #expect(lines[5] == "    build argument V: x -> 2")
                #expect(lines[6].hasPrefix("    compared with build 2 of other:1, "))
                #expect(lines[7] == "[3/3] RUN test ! -e /fail")
                #expect(lines[9] == "    build argument V: x -> 2")
                // By a name, by another name, by an id.
                for name in ["shop:1", "kept:1"] {
                    if name == "kept:1" { _ = try await work.slipway(["tag", "shop:1", name]) }
                    let outcome = try await work.slipway(["explain", name])
                    #expect(outcome.text.hasPrefix("Build 1 of shop:1, "), "\(outcome.transcript)")
                    #expect(outcome.text.contains("    no record of an earlier build\n"))
                }
                let id = try await work.slipway(["images", "--quiet", "other"]).text
                let byID = try await work.slipway(["explain", String(id.prefix(12))])
                #expect(byID.text.hasPrefix("Build 2 of other:1, "), "\(byID.transcript)")
                let json = try await work.slipway(["explain", "--json", "shop:2"])
                #expect(
                    json.text.contains("\"name\": \"V\"") && json.text.contains("\"old\": \"x\""), "\(json.text)")
                let unknown = try await work.slipway(["explain", "nothing:1"])
                #expect(unknown.status == 1 && unknown.errors.contains("no such image: nothing:1"))
            }
        }

        /// A build that fails is told of as well, and what it executed is what the next one is compared with.
        @Test func failedBuilds() async throws {
            try await Workspace.use { work in
                try await Self.prepare(work)
                let dockerfile = "FROM base\nCOPY src /src\nRUN grep -q good /src/a\n"
                let failed = try await work.build(dockerfile, ["--tag", "shop"])
                #expect(failed.status == 1)
                let told = try await work.slipway(["explain", "shop"])
                #expect(
                    told.text.contains(": failed in ") && told.text.contains("    ERROR "), "\(told.transcript)")
                let again = try await work.build(dockerfile, ["--tag", "shop", "--explain"])
                #expect(
                    Self.explained(again.errors, earlier: "build 1 of shop:latest") == [
                        "[2/3] COPY src /src": ["CACHED (same inputs)"],
                        "[3/3] RUN grep -q good /src/a": ["same inputs, and it failed"],
                    ])
                try work.write("src/a", "good\n")
                let outcome = try await work.build(dockerfile, ["--tag", "shop", "--explain"])
                // The files were last taken by the first build, the step that failed was last in the second.
                #expect(
                    Self.explained(outcome.errors, earlier: "build") == [
                        "[2/3] COPY src /src": ["src/a: content changed"],
                        "[3/3] RUN grep -q good /src/a": ["after [2/3] COPY src /src (src/a: content changed)"],
                    ])
            }
        }
    }
}
