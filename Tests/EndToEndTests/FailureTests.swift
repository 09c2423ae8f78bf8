import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// What goes wrong gives one clear error and its exit code: 1 the build failed, 2 the command line or the Dockerfile
    /// is wrong.
    @Suite struct FailureTests {
        struct BadInput: Sendable, CustomTestStringConvertible {
            var testDescription: String
            /// nil: there is no Dockerfile.
            var dockerfile: String?
            var flags: [String] = []
            var status: Int
            /// Each of these is in the error.
            var says: [String]

            init(_ name: String, _ dockerfile: String?, _ flags: [String] = [], status: Int, says: [String]) {
                testDescription = name
                self.dockerfile = dockerfile
                self.flags = flags
                self.status = status
                self.says = says
            }
        }

        static let badInputs = [
            BadInput("no Dockerfile", nil, status: 2, says: ["Dockerfile"]),
            BadInput("empty", "", status: 2, says: ["Dockerfile"]),
            BadInput("only a comment", "# nothing\n\n", status: 2, says: ["Dockerfile"]),
            BadInput(
                "binary junk", "\u{1}\u{2}\u{0}ELF\u{7F}\u{0}\n\u{0}\u{3}", status: 2, says: ["Dockerfile:1"]),
            BadInput("unknown instruction", "FROM base\n\nRUNN true\n", status: 2, says: ["Dockerfile:3", "RUNN"]),
            BadInput("instruction before FROM", "RUN true\nFROM base\n", status: 2, says: ["Dockerfile:1", "FROM"]),
            BadInput("unfinished heredoc", "FROM base\nRUN <<END\necho\n", status: 2, says: ["Dockerfile:2", "END"]),
            BadInput(
                "unknown flag of COPY", "FROM base\nCOPY --chwon=1 a b\n", status: 2, says: ["Dockerfile:2", "chwon"]),
            BadInput("COPY without a destination", "FROM base\nCOPY a\n", status: 2, says: ["Dockerfile:2", "COPY"]),
            BadInput("unknown target", "FROM base AS one\n", ["--target", "two"], status: 2, says: ["two"]),
            BadInput(
                "stage that does not exist", "FROM base\nCOPY --from=7 /a /b\n", status: 2, says: ["Dockerfile:2", "7"]),
            BadInput(
                "stage that is no image either", "FROM base\nCOPY --from=nosuch.invalid/stage /a /b\n", status: 1,
                says: ["Dockerfile:2", "nosuch.invalid/stage"]),
            BadInput("missing source", "FROM base\nCOPY missing /\n", status: 1, says: ["Dockerfile:2", "missing"]),
            BadInput(
                "missing source in a stage", "FROM base AS a\nFROM base\nCOPY --from=a /nope /\n", status: 1,
                says: ["Dockerfile:3", "nope"]),
            BadInput(
                "source outside the context", "FROM base\nCOPY ../../etc/shadow /\n", status: 1, says: ["Dockerfile:2"]),
            BadInput(
                "base that cannot be had", "FROM nosuch.invalid/image:1\n", status: 1,
                says: ["Dockerfile:1", "nosuch.invalid/image:1"]),
            BadInput(
                "layout without such an image", "FROM other\n",
                ["--build-context", "other=oci-layout:///var/empty/no"],
                status: 1, says: ["/var/empty/no"]),
            BadInput(
                "unknown user", "FROM base\nUSER nosuch\nRUN true\n", status: 1, says: ["Dockerfile:3", "nosuch"]),
            BadInput(
                "program that is not there", "FROM base\nRUN [\"/nope\"]\n", status: 1, says: ["Dockerfile:2", "/nope"]),
            BadInput(
                "failing RUN", "FROM base\nRUN echo last words; exit 7\n", status: 1,
                says: ["Dockerfile:2", "last words", "7"]),
            BadInput(
                "missing secret file", "FROM base\n", ["--secret", "id=a,src=/var/empty/no"], status: 2,
                says: ["/var/empty/no"]),
            BadInput("unknown output", "FROM base\n", ["--output", "type=nonsense"], status: 2, says: ["nonsense"]),
            BadInput("unknown flag", "FROM base\n", ["--nonsense"], status: 2, says: ["nonsense"]),
            BadInput("bad tag", "FROM base\n", ["--tag", "UPPER:case:"], status: 2, says: ["UPPER:case:"]),
        ]

        @Test(arguments: badInputs)
        func badInput(_ input: BadInput) async throws {
            try await Workspace.use { work in
                if let dockerfile = input.dockerfile { try work.write("Dockerfile", dockerfile) }
                let outcome = try await work.slipway(work.buildArguments(input.flags), limit: .seconds(60))
                #expect(outcome.status == input.status, "\(outcome.transcript)")
                for text in input.says {
                    #expect(outcome.errors.contains(text), "'\(text)' is not in:\n\(outcome.transcript)")
                }
                #expect(outcome.output.isEmpty)
                #expect(!outcome.errors.contains("Fatal error"))
                #expect(File.names(work.store.appending("tmp")) == [])
                // Nothing is lost: the store still builds.
                let next = try await work.build("FROM base\nRUN true\n")
                #expect(next.status == 0, "\(next.transcript)")
            }
        }

        @Test func contextThatDoesNotExist() async throws {
            try await Workspace.use { work in
                let outcome = try await work.slipway(["build", "/var/empty/nowhere"])
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains("/var/empty/nowhere"))
            }
        }

        /// A small file system fills up in the middle of a RUN: an error, and what was there stays whole.
        @Test(.enabled(if: Account.isRoot))
        func fullDisk() async throws {
            try await Workspace.use(as: .current) { work in
                let small = work.root.appending("small")
                let script = """
                    mkdir small && truncate -s 40M disk && mkfs.ext4 -q -m 0 -O ^has_journal disk && mount -o loop disk small
                    """
                let mounted = try await work.tool("sh", "-c", script)
                #expect(mounted.status == 0)
                do {
                    try await FailureTests.fill(work, store: small.appending("store"))
                } catch {
                    Issue.record(error)
                }
                let unmounted = try await Command(program: "umount", arguments: [small.string]).run()
                #expect(unmounted.status == 0, "something still holds the store: \(unmounted.errors)")
            }
        }

        private static func fill(_ work: Workspace, store: FilePath) async throws {
            // Zeros would become a hole, which takes no space.
            _ = try await work.tool("dd", "if=/dev/urandom", "of=\(work.context)/fill", "bs=1M", "count=64")
            let good = try await work.build("FROM base\nRUN echo good >/good\n", ["-t", "good"], store: store)
            #expect(good.status == 0, "\(good.transcript)")
            let full = try await work.build(
                "FROM base\nRUN echo good >/good\nRUN dd if=/dev/zero of=/fill bs=1M count=64\n", store: store)
            #expect(full.status == 1)
            #expect(full.errors.contains("Dockerfile:3"), "\(full.errors)")
            let copy = try await work.build("FROM base\nCOPY fill /\n", store: store)
            #expect(copy.status == 1)
            #expect(copy.errors.contains("No space left on device"), "\(copy.errors)")
            let again = try await work.build("FROM base\nRUN echo good >/good\n", ["-t", "good"], store: store)
            #expect(again.status == 0, "\(again.transcript)")
            #expect(PlainProgress(again.errors).executed == [], "\(again.errors)")
        }

        /// A store that cannot be written: on a read-only file system as root, without permission as somebody else.
        @Test func readOnlyStore() async throws {
            let account = Account.all.last ?? .current
            try await Workspace.use(as: account) { work in
                // What an ordinary user owns, the user's builds can write whatever its mode: they are root over it.
                var store: FilePath = "/usr/slipway-store"
                if geteuid() == 0 {
                    store = work.root.appending("locked")
                    try File.directory(store)
                    guard chmod(store.string, 0o555) == 0 else { throw Errno(rawValue: errno) }
                }
                let outcome = try await work.build("FROM base\nRUN true\n", store: store)
                #expect(outcome.status == 1, "\(outcome.transcript)")
                #expect(outcome.errors.contains(store.string), "\(outcome.errors)")
                #expect(File.names(store) == [])
            }
        }
    }
}
