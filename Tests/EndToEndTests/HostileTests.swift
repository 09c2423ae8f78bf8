import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Archives, images and registries that no honest program makes. `Support/hostile` makes them, hands each to a process
    /// of its own, and judges: an exit code of 0, 1 or 2 and one error; no file outside of the store touched; less than
    /// 200 MiB of memory and 10 seconds; a store that is whole at the end.
    ///
    /// The suite takes an eighth of the table as root and a smaller part as an ordinary user; `SLIPWAY_HOSTILE=full`, or
    /// `make hostile`, takes all of it.
    @Suite struct HostileTests {
        struct Line: Decodable {
            var `case`: String?
            var problems: [String]?
            var text: String?
            var totals: [String: Int]?
        }

        private static let isFull = ProcessInfo.processInfo.environment["SLIPWAY_HOSTILE"] == "full"

        @Test(.timeLimit(.minutes(60)), arguments: Account.all)
        func everyInputIsRefusedOrTaken(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let script = Repository.top.appending("Tests/EndToEndTests/Support/hostile/run.py")
                let place = work.root.appending("hostile")
                try File.directory(place)
                if let (user, group) = try account.owner() { chown(place.string, user, group) }
                let share = Self.isFull ? "1/1" : account.isRoot ? "1/8" : "1/32"
                var arguments = [script.string, try await Binary.path(), place.string, "--share", share]
                if account == .ordinary { arguments += ["--user", Account.ordinaryName] }
                let outcome = try await Command(
                    program: "python3", arguments: arguments, directory: work.root,
                    limit: .seconds(Self.isFull ? 3500 : 590)
                ).run()
                try #require(outcome.status == 0, "\(outcome.transcript)")
                var count = 0
                for line in outcome.text.split(separator: "\n") {
                    let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
                    count += line.totals?["cases"] ?? 0
                    let problems = line.problems ?? []
                    #expect(problems.isEmpty, "\(line.case ?? ""): \(problems)\n\(line.text ?? "")")
                }
                #expect(count >= (Self.isFull ? 1000 : account.isRoot ? 100 : 25), "\(outcome.text)")
            }
        }
    }
}
