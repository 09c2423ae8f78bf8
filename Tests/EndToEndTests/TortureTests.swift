import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// A store that is killed at, that runs out of disk, whose disk fails, that everybody uses at once, whose index is lost.
    ///
    /// `Support/hostile/torture.py` does the harm and looks at what is left. Here it does little of it; `make torture` takes
    /// the numbers of the full form (`SLIPWAY_TORTURE=full`), which are minutes each.
    @Suite struct TortureTests {
        struct Line: Decodable {
            var problem: String?
            var text: String?
            var mode: String?
        }

        private static let isFull = ProcessInfo.processInfo.environment["SLIPWAY_TORTURE"] == "full"

        private func torture(
            _ work: Workspace, _ mode: String, _ small: Int, _ full: Int, _ more: [String] = []
        ) async throws {
            let script = Repository.top.appending("Tests/EndToEndTests/Support/hostile/torture.py").string
            let place = work.root.appending("torture")
            try File.directory(place)
            let number = Self.isFull ? full : small
            let outcome = try await Command(
                program: "python3",
                arguments: [script, try await Binary.path(), place.string, work.base.string, mode, "\(number)"] + more,
                directory: work.root, limit: .seconds(Self.isFull ? 3500 : 590)
            ).run()
            var isWhole = false
            for line in outcome.text.split(separator: "\n") {
                let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
                if let problem = line.problem { Issue.record("\(problem)\n\(line.text ?? "")") }
                isWhole = isWhole || line.mode == mode
            }
            #expect(outcome.status == 0 && isWhole, "\(outcome.transcript)")
            print(outcome.text.split(separator: "\n").last ?? "")
        }

        @Test(.timeLimit(.minutes(60))) func kills() async throws {
            try await Workspace.use { work in try await torture(work, "kills", 25, 500) }
        }

        /// Only root can make a disk.
        @Test(.timeLimit(.minutes(60)), .enabled(if: Account.isRoot)) func aFullDisk() async throws {
            try await Workspace.use { work in try await torture(work, "full", 12, 100) }
        }

        @Test(.timeLimit(.minutes(60))) func errorsOfTheDisk() async throws {
            try await Workspace.use { work in try await torture(work, "errors", 12, 200) }
        }

        @Test(.timeLimit(.minutes(60))) func manyBuilds() async throws {
            try await Workspace.use { work in
                try await torture(work, "many", 20, 300, ["--builds", Self.isFull ? "32" : "8"])
            }
        }

        /// The damaged index of a real store, by a user's hands: each command says what to do, and after that all images are
        /// there, with the digests they had.
        @Test(arguments: Account.all)
        func aDamagedIndex(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let dockerfile = "FROM base\nRUN echo made >/made\nENV A=b\n"
                let built = try await work.build(dockerfile, ["-t", "shop:1", "-t", "shop:2"])
                try #require(built.status == 0, "\(built.transcript)")
                let before = try await work.slipway(["images", "--digests", "--format", "json"])
                let index = work.store.appending("index.sqlite")
                for damage in [
                    "dd if=/dev/urandom bs=100 seek=41 count=30", "dd if=/dev/urandom bs=4096 count=1",
                    "truncate -s 9000",
                ] {
                    _ = try await work.slipway(["du"])
                    let words = damage.split(separator: " ").map(String.init)
                    let target = words[0] == "dd" ? ["of=\(index)", "conv=notrunc"] : [index.string]
                    for name in ["index.sqlite-wal", "index.sqlite-shm"] { unlink(work.store.appending(name).string) }
                    _ = try await Command(program: words[0], arguments: Array(words.dropFirst()) + target).run()
                    let refused = try await work.slipway(["images"])
                    let doctor = try await work.slipway(["doctor"])
                    // The page that is damaged may be one that the first command does not look at; the doctor looks at all.
                    #expect(
                        refused.status == 0 || refused.errors.contains("slipway doctor --repair"),
                        "\(refused.transcript)")
                    #expect(
                        doctor.status == 1 && doctor.transcript.contains("slipway doctor --repair"),
                        "\(doctor.transcript)")
                    let repaired = try await work.slipway(["doctor", "--repair"])
                    #expect(
                        repaired.status == 0 && repaired.text.contains("is made anew"),
                        "\(damage): \(repaired.transcript)")
                    let after = try await work.slipway(["images", "--digests", "--format", "json"])
                    func digests(_ text: String) -> [Substring] {
                        text.split(whereSeparator: { !$0.isHexDigit }).filter { $0.count == 64 }
                    }
                    #expect(digests(after.text) == digests(before.text) && !digests(after.text).isEmpty)
                    let ran = try await work.slipway(["run", "--rm", "shop:2", "cat", "/made"])
                    #expect(ran.text == "made\n", "\(ran.transcript)")
                }
            }
        }

        /// `ulimit -f`: a file that may not become larger is an error, not a death by SIGXFSZ.
        @Test func aLimitOfFileSizes() async throws {
            try await Workspace.use { work in
                try File.directory(work.root.appending("other"))
                try work.write("Dockerfile", "FROM base\nCOPY . /c\n")
                let made = try await Command(
                    program: "head", arguments: ["-c", "3000000", "/dev/urandom"]
                ).run()
                try made.output.write(to: URL(filePath: work.context.appending("large").string))
                let outcome = try await Command(
                    program: "prlimit",
                    arguments: ["--fsize=1500000", try await Binary.path()]
                        + work.buildArguments(["-o", "type=oci,dest=o.tar"]),
                    environment: ["SLIPWAY_ROOT": work.store.string], directory: work.root
                ).run()
                #expect(outcome.status == 1 && outcome.errors.contains("error: "), "\(outcome.transcript)")
                #expect(!File.exists(work.root.appending("o.tar")))
                let next = try await work.build("FROM base\nCOPY . /c\n")
                #expect(next.status == 0, "\(next.transcript)")
            }
        }
    }
}
