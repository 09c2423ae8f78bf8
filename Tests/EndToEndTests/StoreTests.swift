import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// The local store: names, listing, archives in and out, and running what was built.
    @Suite struct StoreTests {
        static let dockerfile = """
            FROM base
            ENV GREETING=hello
            WORKDIR /home/app
            RUN echo made >made
            USER app
            ENTRYPOINT ["/bin/sh", "-c", "echo \\"$GREETING $(id -u) $(pwd) $*\\"", "sh"]
            CMD ["world"]
            """

        @Test func tagListInspectRemove() async throws {
            try await Workspace.use { work in
                let built = try await work.build(
                    StoreTests.dockerfile, ["-t", "shop:1", "--iidfile", "\(work.root)/id"])
                try #require(built.status == 0, "\(built.transcript)")
                let identifier = try File.text(work.root.appending("id"))
                func succeed(_ arguments: String...) async throws -> String {
                    let outcome = try await work.slipway(arguments)
                    #expect(outcome.status == 0, "\(arguments): \(outcome.transcript)")
                    return outcome.text
                }
                _ = try await succeed("tag", "shop:1", "registry.example/team/shop:2")
                let listing = try await succeed("images")
                #expect(listing.contains("shop") && listing.contains("registry.example/team/shop"), "\(listing)")
                let identifiers = try await succeed("images", "--quiet", "--no-trunc")
                #expect(Set(identifiers.split(separator: "\n")) == [Substring(identifier)])

                struct Inspected: Decodable {
                    var Id: String
                    var RepoTags: [String]
                    var Config: Image.Configuration.Settings
                }
                let inspected = try JSONDecoder().decode(
                    [Inspected].self, from: Data(try await succeed("inspect", "shop:1").utf8))
                #expect(inspected.first?.Id == identifier)
                #expect(inspected.first?.RepoTags.contains("shop:1") == true)
                #expect(inspected.first?.Config.User == "app")
                let history = try await succeed("history", "--no-trunc", "shop:1")
                #expect(history.contains("echo made") && history.contains("CMD [\"world\"]"), "\(history)")

                _ = try await succeed("rmi", "shop:1")
                #expect(try await !succeed("images", "shop").contains("shop "))
                #expect(try await succeed("run", "--rm", "registry.example/team/shop:2").contains("world"))
                let missing = try await work.slipway(["rmi", "shop:1"])
                #expect(missing.status == 1)
                #expect(missing.errors.contains("shop:1"))
            }
        }

        @Test func saveAndLoad() async throws {
            try await Workspace.use { work in
                let built = try await work.build(StoreTests.dockerfile, ["-t", "shop:1"])
                try #require(built.status == 0, "\(built.transcript)")
                let saved = try await work.slipway(["save", "-o", "\(work.root)/saved.tar", "shop:1"])
                try #require(saved.status == 0, "\(saved.transcript)")
                _ = try await work.tool("skopeo", "inspect", "docker-archive:\(work.root)/saved.tar")
                let other = work.root.appending("other-store")
                let loaded = try await work.slipway(["load", "-i", "\(work.root)/saved.tar"], store: other)
                #expect(loaded.status == 0, "\(loaded.transcript)")
                #expect(loaded.text.contains("shop:1"))
                let ran = try await work.slipway(["run", "--rm", "shop:1"], store: other)
                #expect(ran.text == "hello 1000 /home/app world\n", "\(ran.transcript)")
            }
        }

        /// An archive that other tools made is a base like any other.
        @Test func loadsWhatOthersMade() async throws {
            try await Workspace.use { work in
                _ = try await work.tool(
                    "skopeo", "copy", "oci:\(work.base)", "docker-archive:\(work.root)/foreign.tar:foreign:1")
                let loaded = try await work.slipway(["load", "-i", "\(work.root)/foreign.tar"])
                #expect(loaded.status == 0, "\(loaded.transcript)")
                let built = try await work.build("FROM foreign:1\nRUN echo built >/built\n", ["-t", "child"])
                #expect(built.status == 0, "\(built.transcript)")
                let damaged = try await work.tool("sh", "-c", "head -c 40000 foreign.tar >damaged.tar")
                #expect(damaged.status == 0)
                let refused = try await work.slipway(["load", "-i", "\(work.root)/damaged.tar"])
                #expect(refused.status == 1)
                #expect(!refused.errors.isEmpty)
            }
        }

        @Test(arguments: Account.all)
        func runAsConfigured(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let built = try await work.build(StoreTests.dockerfile, ["-t", "shop"])
                try #require(built.status == 0, "\(built.transcript)")
                let plain = try await work.slipway(["run", "--rm", "shop"])
                #expect(plain.text == "hello 1000 /home/app world\n", "\(plain.transcript)")
                let changed = try await work.slipway(["run", "--rm", "-e", "GREETING=bye", "shop", "to", "all"])
                #expect(changed.text == "bye 1000 /home/app to all\n", "\(changed.transcript)")
                let code = try await work.slipway(["run", "--rm", "--entrypoint", "/bin/sh", "shop", "-c", "exit 17"])
                #expect(code.status == 17, "\(code.transcript)")
                let missing = try await work.slipway(["run", "--rm", "nosuch.invalid/image"])
                #expect(missing.status == 125)
            }
        }

        /// Steps that change the same make the same layer, and overlayfs takes no directory twice.
        @Test(arguments: Account.all)
        func runWithEqualLayers(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("file", "same\n")
                let built = try await work.build(
                    "FROM base\nCOPY file /file\nRUN echo other >/file\nCOPY file /file\nCMD cat /file\n",
                    ["-t", "twice"])
                try #require(built.status == 0, "\(built.transcript)")
                let ran = try await work.slipway(["run", "--rm", "twice"])
                #expect(ran.text == "same\n", "\(ran.transcript)")
            }
        }

        /// The stop signal of the image reaches its process, which ends in its own way.
        @Test(arguments: Account.all)
        func stopSignal(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let built = try await work.build(
                    """
                    FROM base
                    STOPSIGNAL SIGUSR1
                    CMD trap 'echo asked; exit 5' USR1; echo ready >&2; while true; do sleep 0.1; done
                    """, ["-t", "server"])
                try #require(built.status == 0, "\(built.transcript)")
                let ran = try await work.slipway(["run", "--rm", "server"], limit: .seconds(30)) { process in
                    try await process.waitForError("ready")
                    process.send(SIGTERM)
                }
                #expect(ran.status == 5, "\(ran.transcript)")
                #expect(ran.text == "asked\n")
                #expect(File.names(work.store.appending("tmp")) == [])
            }
        }
    }
}
