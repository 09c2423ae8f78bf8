import Testing

@testable import slipway

@Suite struct CommandLineAnswerTests {
    private func answer(_ arguments: [String]) -> CommandLineAnswer? {
        do {
            _ = try Program.parse(try ArgumentNormalizer.normalize(arguments))
            return nil
        } catch { return CommandLineAnswer(error) }
    }

    @Test(arguments: [
        ["--version"], ["--help"], [], ["build", "--help"], ["help", "build"], ["buildx"], ["run", "--help"],
        ["images", "-h"],
    ])
    func texts(arguments: [String]) throws {
        let answer = try #require(self.answer(arguments))
        #expect(answer.exitCode == .success)
        #expect(answer.report == nil)
        #expect(answer.output.hasSuffix("\n"))
    }

    @Test func helpIsThatOfTheCommand() {
        #expect(answer(["build", "--help"])?.output.contains("--build-arg") == true)
        #expect(answer(["--version"])?.output == "slipway version \(Slipway.version)\n")
    }

    @Test(arguments: [
        (["build", "--bogus", "."], "--bogus"), (["frobnicate"], "frobnicate"), (["tag", "a"], "target"),
        (["images", "--format", "xml"], "xml"), (["build", "-t"], "-t"), (["--bogus"], "--bogus"), (["rmi"], "image"),
    ])
    func mistakes(arguments: [String], mentions: String) throws {
        let answer = try #require(self.answer(arguments))
        #expect(answer.exitCode == .usage)
        #expect(answer.output.isEmpty)
        #expect(answer.report?.message.contains(mentions) == true, "\(answer.report?.message ?? "")")
    }

    @Test func ourOwnErrorsKeepTheirText() {
        let answer = CommandLineAnswer(CommandLineError("no", help: "yes"))
        #expect(answer.exitCode == .usage)
        #expect(answer.report == ErrorReport("no", help: "yes", exitCode: .usage))
    }
}
