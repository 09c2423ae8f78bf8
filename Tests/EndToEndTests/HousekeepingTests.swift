import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// What the store holds, how it is made smaller, how it is checked; du(1) and tar(1) are the judges.
    @Suite struct HousekeepingTests {
        /// A line of `slipway du --format json`.
        struct Item: Decodable {
            var ID: String
            var `Type`: String
            var Size: Int64
            var Reclaimable: Bool
            var KeptFor: [String]
            var MountID: String?
            var UsageCount: Int?
        }

        static let dockerfile = """
            FROM base AS left
            RUN --mount=type=cache,target=/cache,id=go echo used >>/cache/log && echo left >/left && echo x >/behind
            FROM base
            RUN mkdir /made && for i in 1 2 3 4 5 6 7 8; do head -c 20000 /bin/busybox >/made/$i; done
            COPY --from=left /left /left
            """

        private static func items(_ work: Workspace, _ flags: [String] = []) async throws -> [Item] {
            let outcome = try await work.slipway(["du", "--format", "json"] + flags)
            try #require(outcome.status == 0, "\(outcome.transcript)")
            return try outcome.text.split(separator: "\n").map {
                try JSONDecoder().decode(Item.self, from: Data($0.utf8))
            }
        }

        /// What du(1) says; as root, who may read an ordinary user's store.
        private static func measured(_ work: Workspace) async throws -> Int64 {
            let outcome = try await Command(
                program: "du", arguments: ["-sx", "--block-size=1", work.store.string]
            ).run()
            return try #require(Int64(outcome.text.prefix { $0.isNumber }))
        }

        @Test(arguments: Account.all)
        func sizesAreThoseOfTheDisk(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let built = try await work.build(Self.dockerfile, ["-t", "shop:1"])
                try #require(built.status == 0, "\(built.transcript)")
                let items = try await Self.items(work)
                if account.isRoot || Account.isRoot {
                    #expect(try await Self.measured(work) == items.reduce(0) { $0 + $1.Size })
                }
                let mount = try #require(items.first { $0.`Type` == "exec.cachemount" })
                #expect(mount.MountID == "go" && mount.Reclaimable && mount.UsageCount == 1)
                #expect(items.contains { $0.KeptFor.contains("image shop:1") && !$0.Reclaimable })
                #expect(items.contains { $0.Reclaimable && $0.KeptFor.contains { $0.hasPrefix("step [left 2/2]") } })
                let table = try await work.slipway(["du"])
                #expect(
                    table.text.hasPrefix("ID ") && table.text.contains("\nReclaimable:")
                        && table.text.contains("\nTotal:"))
                let filtered = try await Self.items(work, ["--filter", "type=exec.cachemount"])
                #expect(filtered.map(\.ID) == [mount.ID])

                let pruned = try await work.slipway(["prune", "--force"])
                #expect(pruned.status == 0 && pruned.text.contains("exec.cachemount"), "\(pruned.transcript)")
                #expect(try await !Self.items(work).contains { $0.Reclaimable })
                #expect(try await work.slipway(["run", "--rm", "shop:1", "cat", "/left"]).text == "left\n")
                let again = try await work.build(Self.dockerfile, ["-t", "shop:1"])
                #expect(again.status == 0, "\(again.transcript)")
                // What the image needs is known, so that nothing has to run.
                #expect(PlainProgress(again.errors).executed.isEmpty, "\(again.errors)")
            }
        }

        @Test func pruneAsks() async throws {
            try await Workspace.use { work in
                let built = try await work.build(Self.dockerfile, ["-t", "shop:1"])
                try #require(built.status == 0, "\(built.transcript)")
                let before = try await Self.items(work).count
                let unanswered = try await work.slipway(["prune"])
                #expect(unanswered.status == 1 && unanswered.errors.contains("--force"), "\(unanswered.transcript)")
                let refused = try await work.slipway(["prune", "--all"], input: "n\n")
                #expect(refused.status == 0 && refused.text.isEmpty)
                #expect(try await Self.items(work).count == before)
                let agreed = try await work.slipway(["builder", "prune", "-a"], input: "y\n")
                #expect(agreed.status == 0 && agreed.text.contains("Total:"), "\(agreed.transcript)")
                #expect(try await Self.items(work).count < before)
            }
        }

        /// A build that is running keeps what it has, its cache mount included.
        @Test func pruneSparesARunningBuild() async throws {
            try await Workspace.use { work in
                let dockerfile = """
                    FROM base
                    RUN echo first >/first
                    RUN --mount=type=cache,target=/cache,id=c echo kept >/cache/x && echo waiting && sleep 1 && cat /cache/x
                    """
                let built = try await work.build(dockerfile) { process in
                    try await process.waitForError("waiting\n")
                    let pruned = try await work.slipway(["prune", "--all", "--force"])
                    #expect(pruned.status == 0 && !pruned.text.contains("exec.cachemount"), "\(pruned.transcript)")
                    let mount = try #require(try await Self.items(work).first { $0.MountID == "c" })
                    #expect(!mount.Reclaimable && mount.KeptFor == ["a running process"])
                }
                #expect(built.status == 0 && built.errors.contains("kept"), "\(built.transcript)")
            }
        }

        /// By policy, at the end of a build.
        @Test func buildsKeepTheStoreSmall() async throws {
            try await Workspace.use { work in
                let small = ["SLIPWAY_KEEP_STORAGE": "1", "SLIPWAY_GC": "1ns"]
                for (number, environment) in [small, ["SLIPWAY_GC": "off"], [:], small].enumerated() {
                    let built = try await work.build(
                        "FROM base\nRUN head -c 3000000 /dev/zero >/f\(number)\n", ["-t", "shop"],
                        environment: environment)
                    #expect(built.status == 0, "\(built.transcript)")
                    #expect(built.errors.contains("removed ") == (number == 3), "\(built.errors)")
                }
                // The last image is all that is left.
                let layers = try await Self.items(work, ["--filter", "type=regular"])
                #expect(
                    layers.count == 2
                        && layers.allSatisfy {
                            $0.KeptFor.contains("image shop:latest")
                        })
                let wrong = try await work.build("FROM base\n", environment: ["SLIPWAY_KEEP_STORAGE": "much"])
                #expect(wrong.status == 2 && wrong.errors.contains("SLIPWAY_KEEP_STORAGE"))
            }
        }

        // MARK: Cache mounts

        /// As in CI: one machine's cache for the builds of another, whatever owner and mode its steps ask for.
        @Test(arguments: Account.all)
        func cacheMountsTravel(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let step = "RUN --mount=type=cache,target=/c,id=go,uid=7,gid=8,mode=0710"
                let built = try await work.build(
                    "FROM base\n\(step) echo one >/c/log && touch -d @1000000000 /c/log && ln /c/log /c/link && "
                        + "chown 5:6 /c/log && echo x >/c/.wh.x\n")
                try #require(built.status == 0, "\(built.transcript)")
                for name in ["a.tar", "b.tar", "c.tar.gz", "d.tar.zst"] {
                    let exported = try await work.slipway(["cache", "export", "--mount", "go", "-o", name])
                    #expect(exported.status == 0, "\(exported.transcript)")
                }
                let listing = try await work.tool("tar", "tvf", "\(work.root)/c.tar.gz", "--numeric-owner").text
                #expect(
                    listing.contains("5/6") && listing.contains("2001-09-09") && listing.contains("7/8"), "\(listing)")
                _ = try await work.tool("cmp", "\(work.root)/a.tar", "\(work.root)/b.tar")
                _ = try await work.tool(
                    "sh", "-c", "zstd -dc d.tar.zst | cmp - a.tar && gzip -dc c.tar.gz | cmp - a.tar")

                let other = work.root.appending("other-store")
                let imported = try await work.slipway(["cache", "import", "--mount", "go", "c.tar.gz"], store: other)
                try #require(imported.status == 0, "\(imported.transcript)")
                let used = try await work.build(
                    "FROM base\n\(step) cat /c/log && stat -c '%u %g %a' /c /c/log && echo two >>/c/link && echo end\n",
                    store: other)
                #expect(used.status == 0 && used.errors.contains("one\n"), "\(used.transcript)")
                #expect(used.errors.contains("7 8 710") && used.errors.contains("5 6 644"), "\(used.errors)")
                // Over one that exists, from standard input.
                let replaced = try await work.tool(
                    "sh", "-c",
                    "'\(try await Binary.path())' --root '\(other)' cache import --mount go - <a.tar || "
                        + "SLIPWAY_ROOT='\(other)' '\(try await Binary.path())' cache import --mount go - <a.tar")
                #expect(replaced.status == 0)
                let back = try await work.slipway(["cache", "export", "--mount", "go", "-o", "e.tar"], store: other)
                #expect(back.status == 0, "\(back.transcript)")
                _ = try await work.tool("cmp", "\(work.root)/a.tar", "\(work.root)/e.tar")
                let unknown = try await work.slipway(["cache", "export", "--mount", "nosuch", "-o", "f.tar"])
                #expect(unknown.status == 1 && unknown.errors.contains("slipway cache ls"))
                #expect(!File.exists(work.root.appending("f.tar")))
            }
        }

        /// Two steps at the same time: `shared` sees the other's files, `private` gets a directory of its own, `locked`
        /// waits.
        @Test(arguments: ["shared", "private", "locked"])
        func sharing(mode: String) async throws {
            try await Workspace.use { work in
                // Each marks that it is there, waits a little for the other, and tells whether it saw it.
                let script =
                    "touch /c/$me; for i in 1 2 3 4 5 6 7 8 9 10; do [ -e /c/$you ] && break; sleep 0.1; done; "
                    + "[ -e /c/$you ] && echo $me saw $you; [ -e /c/$me.done ] || sleep 0.2; rm /c/$me; echo $me ends"
                let outcome = try await work.build(
                    """
                    FROM base AS a
                    RUN --mount=type=cache,target=/c,id=x,sharing=\(mode) me=a you=b; \(script); touch /a
                    FROM base AS b
                    RUN --mount=type=cache,target=/c,id=x,sharing=\(mode) me=b you=a; \(script); touch /b
                    FROM base
                    COPY --from=a /a /
                    COPY --from=b /b /
                    """)
                #expect(outcome.status == 0, "\(outcome.transcript)")
                let saw = outcome.errors.contains("a saw b\n") || outcome.errors.contains("b saw a\n")
                #expect(saw == (mode == "shared"), "\(outcome.errors)")
                let mounts = try await Self.items(work, ["--filter", "id=x"])
                #expect(mounts.count == (mode == "private" ? 2 : 1))
            }
        }

        /// Steps that want the same locked caches in another order, and one step that has the same one twice, do not wait
        /// for each other for ever.
        @Test func lockedCachesDoNotDeadlock() async throws {
            try await Workspace.use { work in
                func mount(_ id: String, _ target: String) -> String {
                    "--mount=type=cache,id=\(id),target=/\(target),sharing=locked"
                }
                let outcome = try await work.build(
                    """
                    FROM base AS a
                    RUN \(mount("1", "x")) \(mount("2", "y")) \(mount("1", "z")) touch /x/f && ls /z && sleep 0.2 && touch /a
                    FROM base AS b
                    RUN \(mount("2", "x")) \(mount("1", "y")) sleep 0.2 && touch /b
                    FROM base
                    COPY --from=a /a /
                    COPY --from=b /b /
                    """, limit: .seconds(30))
                #expect(outcome.status == 0, "\(outcome.transcript)")
            }
        }

        // MARK: Doctor

        @Test(arguments: Account.all)
        func doctor(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let built = try await work.build(Self.dockerfile, ["-t", "shop:1"])
                try #require(built.status == 0, "\(built.transcript)")
                let healthy = try await work.slipway(["doctor"])
                #expect(healthy.status == 0 && healthy.text.contains("nothing is wrong"), "\(healthy.transcript)")
                let blobs = work.store.appending("blobs/sha256")
                let victim = try #require(
                    File.names(blobs).first { (try? File.data(blobs.appending($0)).first) != UInt8(ascii: "{") })
                try File.write("damaged", to: blobs.appending(victim))
                #expect(try await work.slipway(["doctor", "--quick"]).status == 0)
                let sick = try await work.slipway(["doctor"])
                #expect(
                    sick.status == 1 && sick.text.contains(victim) && sick.text.contains("--repair"), "\(sick.text)")
                let json = try await work.slipway(["doctor", "--json"])
                #expect(json.status == 1 && json.text.contains("\"Healthy\":false"))
                let repaired = try await work.slipway(["doctor", "--repair"])
                #expect(repaired.status == 0 && repaired.text.contains("repaired"), "\(repaired.text)")
                #expect(try await work.slipway(["doctor"]).status == 0)
                let again = try await work.build(Self.dockerfile, ["-t", "shop:1"])
                #expect(again.status == 0, "\(again.transcript)")
                #expect(try await work.slipway(["doctor"]).status == 0)
            }
        }
    }
}
