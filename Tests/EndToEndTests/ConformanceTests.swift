import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// The recorded behaviour of BuildKit, where the suite lies beside the repository (../shared/conformance).
    @Suite struct ConformanceTests {
        static let suite = Repository.top.removingLastComponent().appending("shared/conformance")
        static let runner = suite.appending("run.py")

        /// The cases that are known to fail, one name a line; the file says why. Each other one has to pass.
        static let knownFailures = FilePath(#filePath).removingLastComponent().appending("conformance-failures.txt")

        private struct Report: Decodable {
            var name: String
            var status: String
        }

        @Test(.enabled(if: File.exists(runner), "no conformance suite beside the repository"), .timeLimit(.minutes(20)))
        func recordedCases() async throws {
            let known = Set(
                try File.text(ConformanceTests.knownFailures).split(separator: "\n")
                    .map { $0.prefix { $0 != "#" }.filter { !$0.isWhitespace } }.filter { !$0.isEmpty })
            let scratch = try TemporaryDirectory()
            defer { scratch.remove() }
            let report = scratch.path.appending("report.json")
            let outcome = try await Command(
                program: "python3",
                arguments: [
                    ConformanceTests.runner.string, "--builder", "\(try await Binary.path()) build",
                    "--suite", ConformanceTests.suite.appending("suite").string, "--jobs", "2", "--json", report.string,
                ],
                directory: scratch.path, limit: .seconds(1200)
            ).run()
            #expect(outcome.status == 0 || outcome.status == 1, "\(outcome.transcript)")
            let failed = Set(
                try JSONDecoder().decode([Report].self, from: File.data(report)).filter { $0.status == "FAIL" }
                    .map(\.name))
            #expect(failed.subtracting(known).sorted() == [], "\(outcome.text)")
            #expect(known.subtracting(failed).sorted() == [], "these pass now: take them off the list")
        }
    }
}
