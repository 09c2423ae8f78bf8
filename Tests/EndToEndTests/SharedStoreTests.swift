import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// One store in many hands, some of which die.
    @Suite struct SharedStoreTests {
        private static func dockerfile(_ name: String) -> String {
            """
            FROM base AS common
            RUN --mount=type=cache,target=/cache echo x >>/cache/log && head -c 100000 /bin/busybox >/common
            FROM base
            COPY --from=common /common /common
            RUN echo \(name) >/name
            """
        }

        /// Two builds at once, fifty times, with a third process that prunes all the time: none fails, the digests are
        /// always the same, and nothing is lost that somebody needs.
        @Test func twoBuildsAndAPruning() async throws {
            try await Workspace.use { work in
                for name in ["one", "two"] { try work.write("Dockerfile.\(name)", Self.dockerfile(name)) }
                @Sendable func build(_ name: String, store: FilePath? = nil) async throws -> String {
                    let identifier = work.root.appending("id-\(name)")
                    let outcome = try await work.slipway(
                        work.buildArguments([
                            "-f", "\(work.context)/Dockerfile.\(name)", "-t", "shop:\(name)", "--iidfile",
                            identifier.string,
                        ]), environment: ["SLIPWAY_GC": "off"], store: store)
                    #expect(outcome.status == 0, "\(outcome.transcript)")
                    return try File.text(identifier)
                }
                let fresh = work.root.appending("fresh")
                let expected = [try await build("one", store: fresh), try await build("two", store: fresh)]
                for round in 0..<50 {
                    async let one = build("one")
                    async let two = build("two")
                    async let pruned = work.slipway(["prune", "--force"] + (round % 2 == 0 ? ["--all"] : []))
                    let found = [try await one, try await two]
                    let pruning = try await pruned
                    #expect(found == expected, "round \(round)")
                    #expect(pruning.status == 0, "round \(round): \(pruning.transcript)")
                }
                let doctor = try await work.slipway(["doctor"])
                #expect(doctor.status == 0 && doctor.text.contains("nothing is wrong"), "\(doctor.transcript)")
                for name in ["one", "two"] {
                    let ran = try await work.slipway(["run", "--rm", "shop:\(name)", "cat", "/name"])
                    #expect(ran.text == "\(name)\n", "\(ran.transcript)")
                }
                #expect(File.names(work.store.appending("tmp")) == [])
            }
        }

        /// A build that is killed at any of a hundred instants: the next one succeeds, and the store is whole.
        @Test func killedAtAHundredInstants() async throws {
            try await Workspace.use { work in
                let dockerfile = """
                    FROM base
                    ARG N
                    COPY Dockerfile /dockerfile
                    RUN --mount=type=cache,target=/cache echo $N >/cache/n && head -c 300000 /bin/busybox >/big
                    RUN rm /big && echo $N >/n
                    """
                // The same instants each time, as far as the machine lets them be.
                var random = Seeded(state: 20_240_404)
                let first = try await work.build(dockerfile, ["--build-arg", "N=first", "-t", "shop"])
                try #require(first.status == 0, "\(first.transcript)")
                let whole = Int(first.duration / .milliseconds(1))
                for number in 0..<100 {
                    let delay = Int(random.next() % UInt64(max(whole, 50)))
                    let environment = number % 4 == 0 ? ["SLIPWAY_GC": "1ns", "SLIPWAY_KEEP_STORAGE": "1"] : [:]
                    _ = try await work.build(
                        dockerfile, ["--build-arg", "N=\(number)", "-t", "shop"], environment: environment
                    ) { process in
                        try await Task.sleep(for: .milliseconds(delay))
                        process.send(SIGKILL)
                    }
                    // What a kill had broken would be found later as well: looking each time takes three times as long.
                    guard number % 5 == 4 else { continue }
                    let doctor = try await work.slipway(["doctor", "--quick"])
                    #expect(doctor.status == 0, "killed after \(delay) ms: \(doctor.transcript)")
                    let next = try await work.build(dockerfile, ["--build-arg", "N=\(number)", "-t", "shop"])
                    #expect(next.status == 0, "killed after \(delay) ms: \(next.transcript)")
                    let ran = try await work.slipway(["run", "--rm", "shop", "cat", "/n"])
                    #expect(ran.text == "\(number)\n", "\(ran.transcript)")
                }
                let doctor = try await work.slipway(["doctor"])
                #expect(doctor.status == 0 && doctor.text.contains("nothing is wrong"), "\(doctor.transcript)")
            }
        }
    }

    /// A small generator whose numbers are always the same (SplitMix64).
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }
}
