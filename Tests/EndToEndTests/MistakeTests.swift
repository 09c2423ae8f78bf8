import SystemPackage
import Testing

extension EndToEnd {
    /// Typical mistakes, with the whole text that is printed for each: `mistakes.txt` beside this file.
    @Suite struct MistakeTests {
        struct Mistake: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var flags: [String]
            var dockerfile: String
            /// Everything on standard error.
            var printed: String
        }

        /// A section is `=== TITLE | FLAGS`, the Dockerfile, a line `---`, and what is printed.
        static let mistakes: [Mistake] = {
            let path = FilePath(#filePath).removingLastComponent().appending("mistakes.txt")
            guard let text = try? File.text(path) else { return [] }
            return text.split(separator: "=== ", omittingEmptySubsequences: true).compactMap { section in
                guard let title = section.firstIndex(of: "\n"), let rule = section.firstRange(of: "\n---\n") else {
                    return nil
                }
                let parts = section[..<title].split(separator: " | ", maxSplits: 1)
                return Mistake(
                    testDescription: String(parts[0]),
                    flags: parts.count > 1 ? parts[1].split(separator: " ").map(String.init) : [],
                    dockerfile: String(section[section.index(after: title)..<rule.lowerBound]) + "\n",
                    printed: String(section[rule.upperBound...]))
            }
        }()

        @Test func thereAreAtLeastTwenty() { #expect(Self.mistakes.count >= 20) }

        @Test(arguments: mistakes)
        func wholeText(_ mistake: Mistake) async throws {
            try await Workspace.use { work in
                try work.write("Dockerfile", mistake.dockerfile)
                try work.write(".dockerignore", "*.env\n")
                try File.directory(work.context.appending("src"))
                for name in ["src/main.go", "README.md", "package.json", "secret.env"] { try work.write(name, "x\n") }
                let arguments = work.buildArguments(mistake.flags, progress: ["--progress", "quiet"])
                let outcome = try await work.slipway(arguments, limit: .seconds(60))
                #expect(outcome.status != 0)
                #expect(outcome.output.isEmpty)
                #expect(outcome.errors == mistake.printed)
            }
        }
    }
}
