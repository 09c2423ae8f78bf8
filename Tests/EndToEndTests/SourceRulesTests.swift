import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// Lock files, source policies and `--pull`: what a name stands for, against a registry in which it changes.
    @Suite struct SourceRulesTests {
        /// Puts an image whose file /version holds `version` under a name of the registry.
        private static func push(_ version: String, _ name: String, _ work: Workspace) async throws {
            let image = try await work.buildImage(
                "FROM base\nRUN echo \(version) >/version\n", named: "pushed-\(version)")
            _ = try await work.tool(
                "skopeo", "copy", "--dest-tls-verify=false", "oci:\(image.layout)", "docker://\(name)")
        }

        private static func version(_ work: Workspace, _ name: String) async throws -> String {
            try await work.slipway(["run", "--rm", name, "cat", "/result"]).text
        }

        @Test func lockedBuildsUseWhatWasLocked() async throws {
            try await Workspace.use { work in
                try await LocalRegistry.use(in: work) { registry in
                    let name = "\(registry)/app:1"
                    let other = "\(registry)/other:1"
                    try await Self.push("one", name, work)
                    try await Self.push("one", other, work)
                    let dockerfile = """
                        FROM \(name) AS main
                        RUN cp /version /result
                        FROM \(other) AS second
                        RUN cp /version /result
                        """
                    let lock = work.context.appending("Dockerfile.lock")
                    let none = try await work.build(dockerfile, ["--locked"])
                    #expect(none.status == 2 && none.errors.contains("--lock"), "\(none.transcript)")

                    let locked = try await work.build(dockerfile, ["--lock", "--target", "main"])
                    try #require(locked.status == 0, "\(locked.transcript)")
                    let first = try File.text(lock)
                    #expect(first.contains("\"\(name)\": \"sha256:"), "\(first)")
                    #expect(!first.contains(other))
                    // Another target has other sources.
                    let missing = try await work.build(dockerfile, ["--locked", "--target", "second"])
                    #expect(missing.status == 1)
                    #expect(missing.errors.contains("\(other) is not in Dockerfile.lock"), "\(missing.errors)")
                    #expect(missing.errors.contains("Dockerfile:3"), "\(missing.errors)")
                    let both = try await work.build(dockerfile, ["--lock", "--target", "second"])
                    #expect(both.status == 0, "\(both.transcript)")
                    #expect(both.errors.contains("StaleLockEntry"), "\(both.errors)")
                    let second = try File.text(lock)
                    #expect(second.contains(name) && second.contains(other), "\(second)")

                    // The name moves on; what is locked does not.
                    try await Self.push("two", name, work)
                    for (flags, expected) in [(["--locked"], "one\n"), ([], "two\n"), (["--locked"], "one\n")] {
                        let built = try await work.build(
                            dockerfile, flags + ["--target", "main", "-t", "result:1"],
                            store: work.root.appending("store-2"))
                        try #require(built.status == 0, "\(built.transcript)")
                        let result = try await work.slipway(
                            ["run", "--rm", "result:1", "cat", "/result"], store: work.root.appending("store-2"))
                        #expect(result.text == expected)
                    }
                    #expect(try File.text(lock) == second)
                    let refreshed = try await work.build(
                        dockerfile, ["--lock", "--target", "main"], store: work.root.appending("store-3"))
                    #expect(refreshed.status == 0)
                    #expect(try File.text(lock) != second)

                    try File.write("{\"version\": 1, \"images\": {\"x\": 1}}", to: lock)
                    for flag in ["--lock", "--locked"] {
                        let damaged = try await work.build(dockerfile, [flag])
                        #expect(damaged.status == 2)
                        #expect(damaged.errors.contains("is no lock file"), "\(damaged.errors)")
                    }
                }
            }
        }

        @Test func pullAsksTheRegistryAgain() async throws {
            try await Workspace.use { work in
                try await LocalRegistry.use(in: work) { registry in
                    let name = "\(registry)/app:1"
                    try await Self.push("one", name, work)
                    // The store has an image of the name.
                    let own = try await work.build("FROM base\nRUN echo own >/version\n", ["-t", name])
                    try #require(own.status == 0, "\(own.transcript)")
                    for (flags, expected) in [([], "own\n"), (["--pull"], "one\n")] {
                        let built = try await work.build(
                            "FROM \(name)\nRUN cp /version /result\n", flags + ["-t", "result:1"])
                        try #require(built.status == 0, "\(built.transcript)")
                        #expect(try await Self.version(work, "result:1") == expected)
                    }
                }
            }
        }

        @Test func policiesDenyAndConvert() async throws {
            try await Workspace.use { work in
                try await LocalRegistry.use(in: work) { registry in
                    try await Self.push("mirrored", "\(registry)/mirror/app:1", work)
                    let policy = work.root.appending("policy.json")
                    let environment = ["EXPERIMENTAL_BUILDKIT_SOURCE_POLICY": policy.string]
                    let dockerfile = "FROM scratch AS first\nFROM nosuch.invalid/app:1\nRUN cp /version /result\n"
                    let mirror = """
                        {"action": "CONVERT", "selector": {"identifier": "docker-image://nosuch.invalid/*"},
                         "updates": {"identifier": "docker-image://\(registry)/mirror/$1"}}
                        """
                    try File.write("{\"rules\": [\(mirror)]}", to: policy)
                    let built = try await work.build(dockerfile, ["-t", "result:1"], environment: environment)
                    try #require(built.status == 0, "\(built.transcript)")
                    #expect(try await Self.version(work, "result:1") == "mirrored\n")

                    let deny = """
                        {"action": "DENY", "selector": {"identifier": "docker-image://*/mirror/*"}}
                        """
                    try File.write("{\"rules\": [\(deny), \(mirror)]}", to: policy)
                    let denied = try await work.build(dockerfile, environment: environment)
                    #expect(denied.status == 1)
                    #expect(
                        denied.errors.contains("denied by policy: rule 1, DENY docker-image://*/mirror/*"),
                        "\(denied.errors)")
                    #expect(denied.errors.contains("Dockerfile:2"), "\(denied.errors)")

                    try File.write(
                        "{\"rules\": [{\"action\": \"DENY\", \"selector\": {\"identifier\": \"https://*\"}}]}",
                        to: policy)
                    let file = try await work.build(
                        "FROM base\nADD https://nosuch.invalid/file /\n", environment: environment)
                    #expect(file.status == 1)
                    #expect(file.errors.contains("rule 1, DENY https://*"), "\(file.errors)")
                    #expect(file.errors.contains("Dockerfile:2"), "\(file.errors)")

                    try File.write("{\"rules\": 1}", to: policy)
                    let wrong = try await work.build(dockerfile, environment: environment)
                    #expect(wrong.status == 2 && wrong.errors.contains("rules is no list"), "\(wrong.errors)")
                }
            }
        }
    }
}
