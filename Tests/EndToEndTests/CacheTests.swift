import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Caches that go from one store to another.
    @Suite struct CacheTests {
        /// Two stages, every kind of step; nothing of the base is needed when all of it is cached.
        private static let dockerfile = """
            FROM base AS build
            WORKDIR /src
            COPY source .
            RUN cat source >/made && head -c 16 /dev/urandom | od >/random
            FROM base
            RUN echo final >/final
            COPY --from=build /made /random /
            """

        private static func prepare(_ work: Workspace) async throws {
            try work.write("source", "source\n")
            try work.write("Dockerfile", dockerfile)
        }

        /// The caches that a build writes, by mode.
        private static func write(_ work: Workspace, _ to: String, named name: String = "first") async throws -> Image {
            try await prepare(work)
            return try await work.buildImage(dockerfile, ["--cache-to", to], named: name)
        }

        /// Another machine: an empty store, and a copy of the context with other times in another place.
        private static func elsewhere(
            _ work: Workspace, _ flags: [String], store: String = "elsewhere"
        ) async throws -> Command.Outcome {
            let copy = work.root.appending("copy-\(store)")
            _ = try await work.tool("cp", "-r", work.context.string, copy.string)
            _ = try await work.tool("sh", "-c", "find \(copy) -exec touch -d 2001-02-03 {} +; chmod 755 \(copy)")
            let arguments = [
                "build", "--build-context", "base=oci-layout://\(work.base)", "--progress", "plain",
            ]
            return try await work.slipway(arguments + flags + [copy.string], store: work.root.appending(store))
        }

        @Test(arguments: ["min", "max"], Account.all)
        func anotherStoreTakesTheSteps(mode: String, account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let cache = work.root.appending("cache")
                let image = try await Self.write(work, "type=local,dest=\(cache),mode=\(mode)")
                let outcome = try await Self.elsewhere(
                    work,
                    [
                        "--cache-from", "type=local,src=\(cache)", "--output", "type=oci,dest=\(work.root)/second.tar",
                    ])
                try #require(outcome.status == 0, "\(outcome.transcript)")
                #expect(PlainProgress(outcome.errors).executed == [], "\(outcome.errors)")
                let second = try await Image(
                    archive: work.root.appending("second.tar"), directory: work.root.appending("second"))
                // A random file is in it, so the layers are the first build's.
                #expect(second.manifest.layers.map(\.digest) == image.manifest.layers.map(\.digest))
                #expect(File.names(work.root.appending("elsewhere/layers")) == [], "something was unpacked")
                // What was imported is in that store now.
                let again = try await Self.elsewhere(work, ["--tag", "again"], store: "elsewhere")
                #expect(PlainProgress(again.errors).executed == [], "\(again.transcript)")
            }
        }

        /// With mode=max a step that misses finds the stage below it; with mode=min only what the image is made of.
        @Test func modes() async throws {
            try await Workspace.use { work in
                _ = try await Self.write(work, "type=local,dest=\(work.root)/min")
                _ = try await work.buildImage(
                    Self.dockerfile, ["--cache-to", "type=local,dest=\(work.root)/max,mode=max"])
                let changed = Self.dockerfile.replacing("/made /random /", with: "/made /")
                try work.write("Dockerfile", changed)
                for (mode, missing) in [("min", ["COPY", "COPY", "RUN"]), ("max", ["COPY"])] {
                    let outcome = try await Self.elsewhere(
                        work, ["--cache-from", "type=local,src=\(work.root)/\(mode)", "--tag", "x"],
                        store: "store-\(mode)")
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    let executed = PlainProgress(outcome.errors).executed
                    #expect(
                        executed.compactMap {
                            $0.split(separator: "] ").last?.split(separator: " ").first.map(String.init)
                        }
                        .sorted() == missing, "\(mode): \(executed)")
                }
            }
        }

        /// The same build writes the same bytes, and touches nothing that is there.
        @Test func theSameCacheTwice() async throws {
            try await Workspace.use { work in
                let cache = work.root.appending("cache")
                _ = try await Self.write(work, "type=local,dest=\(cache),mode=max")
                let listing = "cd \(cache) && find . -type f -exec stat -c '%n %i %Y' {} + | sort"
                let before = try await work.tool("sh", "-c", listing)
                _ = try await work.buildImage(
                    Self.dockerfile, ["--cache-to", "type=local,dest=\(cache),mode=max"], named: "again")
                #expect(try await work.tool("sh", "-c", listing).text == before.text)
                // From another store, by the same cache, too.
                let outcome = try await Self.elsewhere(
                    work,
                    [
                        "--cache-from", "type=local,src=\(cache)", "--cache-to",
                        "type=local,dest=\(work.root)/other,mode=max",
                        "--output", "type=cacheonly",
                    ])
                try #require(outcome.status == 0, "\(outcome.transcript)")
                let names = "cd blobs/sha256 && ls"
                let first = try await Command(
                    program: "sh", arguments: ["-c", names], directory: cache
                ).run()
                let second = try await Command(
                    program: "sh", arguments: ["-c", names], directory: work.root.appending("other")
                ).run()
                #expect(first.text == second.text)
            }
        }

        @Test func anImageCarriesItsCache() async throws {
            try await Workspace.use { work in
                let plain = try await Self.write(work, "type=local,dest=\(work.root)/unused", named: "plain")
                let image = try await work.buildImage(Self.dockerfile, ["--cache-to", "type=inline"], named: "carrier")
                #expect(image.manifestDigest != plain.manifestDigest)
                #expect(try await image.contains("slipway.cache.v1"))
                #expect(try await !plain.contains("slipway.cache.v1"))
                let layout = "oci-layout://\(image.layout)"
                for flags in [
                    ["--cache-from", "carrier", "--build-context", "carrier=\(layout)"],
                    ["--cache-from", "type=registry,ref=carrier", "--build-context", "carrier=\(layout)"],
                    ["--cache-from", "type=local,src=\(image.layout)"],
                ] {
                    let store = "store-\(flags.count)-\(flags[1].count)"
                    let outcome = try await Self.elsewhere(work, flags + ["--tag", "x"], store: store)
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    let progress = PlainProgress(outcome.errors)
                    #expect(progress.executed == [], "\(flags): \(outcome.errors)")
                }
                // An image that is built on it carries nothing, unless asked for.
                let child = try await work.buildImage(
                    "FROM carrier\nRUN true\n", ["--build-context", "carrier=\(layout)"], named: "child")
                #expect(try await !child.contains("slipway.cache.v1"))
            }
        }

        @Test func anImageOfARegistryCarriesItsCache() async throws {
            try await Workspace.use { work in
                let image = try await Self.write(work, "type=inline", named: "carrier")
                try await LocalRegistry.use(in: work) { registry in
                    _ = try await work.tool(
                        "skopeo", "copy", "--preserve-digests", "--dest-tls-verify=false",
                        "oci:\(image.layout)", "docker://\(registry)/carrier:1")
                    let outcome = try await Self.elsewhere(
                        work, ["--cache-from", "\(registry)/carrier:1", "--tag", "x"])
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    #expect(PlainProgress(outcome.errors).executed == [], "\(outcome.errors)")
                }
            }
        }

        /// Damage to the directory `cache`, as shell, and what the warning says.
        private static let damages: [(script: String, reason: String)] = [
            ("rm -r cache", "no index.json"), ("rm cache/index.json", "no index.json"),
            ("echo '{' >cache/index.json", "index.json"), ("rm -r cache/blobs", "does not exist"),
            // The manifest, the records and a layer in turn.
            ("echo x >>$(blob manifest)", "bytes instead of"), ("echo x >>$(blob config)", "bytes instead of"),
            ("flip $(blob config)", "digest"), ("flip $(blob layer)", "digest"), ("rm $(blob layer)", "does not exist"),
            ("truncate -s 10 $(blob layer)", "bytes"), ("rm $(blob layer); mkfifo $(blob layer)", "regular file"),
            ("swap", "should have the DiffID"), ("foreign", "BuildKit"),
        ]

        /// Whatever is wrong with a cache is a warning that names it; the build goes on.
        @Test func damagedCaches() async throws {
            try await Workspace.use { work in
                _ = try await Self.write(work, "type=local,dest=\(work.root)/whole")
                let script = """
                    set -eu
                    b=cache/blobs/sha256
                    field() { grep -o "\\"digest\\": *\\"sha256:[0-9a-f]*" "$1" | grep -o "[0-9a-f]*$" | sed -n "$2p"; }
                    manifest=$(field cache/index.json 1 || true)
                    blob() {
                        case $1 in
                        manifest) echo $b/$manifest ;;
                        config) echo $b/$(field $b/$manifest 1) ;;
                        layer) echo $b/$(field $b/$manifest 2) ;;
                        esac
                    }
                    flip() { printf X | dd of=$1 bs=1 seek=20 conv=notrunc status=none; }
                    # A document is replaced, and whatever names it follows.
                    replace() {
                        old=$1; new=$(sha256sum $2 | cut -d' ' -f1); size=$(stat -c %s $2)
                        mv $2 $b/$new
                        sed -i "s/$old/$new/" $3
                        sed -i -E "/$new/,/size/ s/(\\"size\\": *)[0-9]+/\\\\1$size/; s/(\\"digest\\":\\"sha256:$new\\"[^}]*\\"size\\":)[0-9]+/\\\\1$size/" $3
                    }
                    # The DiffIDs of two layers change places: the blobs are whole, but not what the records say.
                    swap() {
                        config=$(field $b/$manifest 1)
                        one=$(grep -o "diffID\\":\\"sha256:[0-9a-f]*" $b/$config | grep -o "[0-9a-f]*$" | sed -n 1p)
                        two=$(grep -o "diffID\\":\\"sha256:[0-9a-f]*" $b/$config | grep -o "[0-9a-f]*$" | sed -n 2p)
                        sed "s/$one/-/; s/$two/$one/; s/-\\"/$two\\"/" $b/$config >new
                        cp $b/$manifest manifest
                        replace $config new manifest
                        replace $manifest manifest cache/index.json
                    }
                    foreign() {
                        config=$(field $b/$manifest 1)
                        sed 's/"slipway":/"other":/' $b/$config >new
                        cp $b/$manifest manifest
                        replace $config new manifest
                        replace $manifest manifest cache/index.json
                    }
                    eval "$1"
                    """
                for (number, damage) in Self.damages.enumerated() {
                    _ = try await work.tool("sh", "-c", "rm -rf cache && cp -r whole cache")
                    _ = try await work.tool("sh", "-c", script, "sh", damage.script)
                    let outcome = try await Self.elsewhere(
                        work, ["--cache-from", "type=local,src=\(work.root)/cache", "--tag", "x"],
                        store: "store-\(number)")
                    #expect(outcome.status == 0, "\(damage.script): \(outcome.transcript)")
                    #expect(outcome.errors.contains("\(work.root)/cache"), "\(damage.script): \(outcome.errors)")
                    #expect(outcome.errors.contains(damage.reason), "\(damage.script): \(outcome.errors)")
                    #expect(!PlainProgress(outcome.errors).executed.isEmpty, "\(damage.script): \(outcome.errors)")
                }
            }
        }

        /// The first cache that has a step gives it; one that is broken stands in nobody's way.
        @Test func severalCaches() async throws {
            try await Workspace.use { work in
                _ = try await Self.write(work, "type=local,dest=\(work.root)/cache")
                let outcome = try await Self.elsewhere(
                    work,
                    [
                        "--cache-from", "type=local,src=\(work.root)/none", "--cache-from",
                        "localhost:1/none:1", "--cache-from", "type=local,src=\(work.root)/cache", "--tag", "x",
                    ])
                #expect(outcome.status == 0, "\(outcome.transcript)")
                #expect(outcome.errors.contains("\(work.root)/none"))
                #expect(outcome.errors.contains("localhost:1/none"))
                #expect(PlainProgress(outcome.errors).executed == [], "\(outcome.errors)")
            }
        }

        /// A cache that cannot be written fails the build, unless that is said to be no matter.
        @Test func cachesThatCannotBeWritten() async throws {
            try await Workspace.use { work in
                try await Self.prepare(work)
                try File.write("", to: work.root.appending("file"))
                let target = "type=local,dest=\(work.root)/file/cache"
                let failed = try await work.build(Self.dockerfile, ["--cache-to", target, "--tag", "a"])
                #expect(failed.status == 1)
                #expect(failed.errors.contains("cannot write the cache \(work.root)/file/cache"), "\(failed.errors)")
                let warned = try await work.build(
                    Self.dockerfile, ["--cache-to", "\(target),ignore-error=true", "--tag", "b"])
                #expect(warned.status == 0, "\(warned.transcript)")
                #expect(warned.errors.contains("cannot write the cache"), "\(warned.errors)")
            }
        }

        /// Other tools read the layout, and old blobs go only when asked.
        @Test func theLayoutIsOne() async throws {
            try await Workspace.use { work in
                let cache = work.root.appending("cache")
                _ = try await Self.write(work, "type=local,dest=\(cache),compression=zstd")
                let raw = try await work.tool("skopeo", "inspect", "--raw", "oci:\(cache):latest")
                #expect(raw.text.contains("application/vnd.buildkit.cacheconfig.v0"))
                #expect(raw.text.contains("layer.v1.tar+zstd"))
                let count = File.names(cache.appending("blobs/sha256")).count
                _ = try await work.buildImage(Self.dockerfile, ["--cache-to", "type=local,dest=\(cache)"], named: "b")
                let more = File.names(cache.appending("blobs/sha256")).count
                #expect(more > count)
                _ = try await work.buildImage(
                    Self.dockerfile, ["--cache-to", "type=local,dest=\(cache),reset=true"], named: "c")
                #expect(File.names(cache.appending("blobs/sha256")).count == count)
            }
        }

        // MARK: - Without the cache

        @Test func stagesWithoutTheCache() async throws {
            try await Workspace.use { work in
                let dockerfile = """
                    FROM base AS First
                    RUN echo first >/first
                    FROM base
                    RUN echo second >/second
                    FROM base AS third
                    COPY --from=first /first /
                    COPY --from=1 /second /
                    RUN echo third >/third
                    """
                func executed(_ flags: [String]) async throws -> (steps: [String], errors: String) {
                    let outcome = try await work.build(dockerfile, flags + ["--tag", "x"])
                    try #require(outcome.status == 0, "\(outcome.transcript)")
                    let steps = PlainProgress(outcome.errors).executed.compactMap { $0.split(separator: "echo ").last }
                    return (steps.map { String($0.prefix(5)) }.sorted(), outcome.errors)
                }
                _ = try await executed([])
                #expect(try await executed([]).steps == [])
                #expect(try await executed(["--no-cache-filter", "FIRST"]).steps == ["first"])
                #expect(try await executed(["--no-cache-filter", "1"]).steps == ["secon"])
                #expect(try await executed(["--no-cache-filter=first,1"]).steps == ["first", "secon"])
                let unknown = try await executed(["--no-cache-filter", "fourth"])
                #expect(unknown.steps == [])
                #expect(unknown.errors.contains("there is no stage fourth"), "\(unknown.errors)")
                #expect(try await executed(["--no-cache"]).steps.count == 5)
            }
        }

        // MARK: - The same step at the same time

        /// Two builds that come to one step at the same time do it once.
        @Test(arguments: Account.all)
        func twoBuildsDoAStepOnce(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write(
                    "Dockerfile",
                    """
                    FROM base
                    RUN --mount=type=cache,target=/runs echo run >>/runs/log && sleep 1 \\
                        && head -c 16 /dev/urandom | od >/random
                    RUN --mount=type=cache,target=/runs cp /runs/log /log
                    """)
                let outcomes = try await withThrowingTaskGroup(of: Command.Outcome.self) { group in
                    for number in 1...2 {
                        group.addTask {
                            try await work.slipway(
                                work.buildArguments(["--output", "type=oci,dest=\(work.root)/\(number).tar"]))
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for outcome in outcomes { try #require(outcome.status == 0, "\(outcome.transcript)") }
                #expect(outcomes.contains { $0.errors.contains("waiting for another build") })
                #expect(outcomes.map { PlainProgress($0.errors).executed.count }.reduce(0, +) == 2)
                let images = try await [
                    Image(archive: work.root.appending("1.tar"), directory: work.root.appending("one")),
                    Image(archive: work.root.appending("2.tar"), directory: work.root.appending("two")),
                ]
                #expect(images[0].manifestDigest == images[1].manifestDigest)
                #expect(try await images[0].text(of: "log", layer: -1) == "run\n")
                #expect(File.names(work.store.appending("locks")) == [])
            }
        }

        /// Who waits for a build that is killed does the step itself.
        @Test func aKilledBuildHoldsUpNobody() async throws {
            try await Workspace.use { work in
                try work.write("Dockerfile", "FROM base\nRUN echo start''ed && sleep 3 && echo done >/done\n")
                let arguments = work.buildArguments(["--tag", "x"])
                let killed = try await work.slipway(arguments) { first in
                    try await first.waitForError("started")
                    let second = try await work.slipway(arguments) { second in
                        try await second.waitForError("waiting for another build")
                        first.send(SIGKILL)
                    }
                    #expect(second.status == 0, "\(second.transcript)")
                    #expect(PlainProgress(second.errors).executed.count == 1, "\(second.errors)")
                }
                #expect(killed.status == 128 + Int(SIGKILL))
                #expect(File.names(work.store.appending("locks")) == [])
            }
        }

        /// Equal steps of two stages are one.
        @Test func twoStagesDoAStepOnce() async throws {
            try await Workspace.use { work in
                let step = "RUN --mount=type=cache,target=/runs echo run >>/runs/log && sleep 0.5 && cp /runs/log /log"
                let image = try await work.buildImage(
                    """
                    FROM base AS one
                    \(step)
                    FROM base AS two
                    \(step)
                    FROM base
                    COPY --from=one /log /one
                    COPY --from=two /log /two
                    """)
                #expect(try await image.text(of: "one", layer: 1) == "run\n")
                #expect(try await image.text(of: "two", layer: 2) == "run\n")
            }
        }

        /// With one place, only one step runs at any time.
        @Test func parallelismIsBounded() async throws {
            try await Workspace.use { work in
                let stages = (1...3).map { number in
                    """
                    FROM base AS s\(number)
                    RUN --mount=type=cache,target=/c if mkdir /c/busy; then sleep 0.3; rmdir /c/busy; touch /alone; fi; touch /r

                    """
                }
                let dockerfile =
                    stages.joined() + "FROM base\n"
                    + (1...3).map { "COPY --from=s\($0) /alone /\($0)\n" }.joined()
                let outcome = try await work.build(dockerfile, ["--max-parallelism", "1", "--tag", "x", "--no-cache"])
                #expect(outcome.status == 0, "\(outcome.transcript)")
            }
        }
    }
}
