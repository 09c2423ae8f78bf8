import Glibc
import OCI
import Testing

@testable import slipway

@Suite struct ContainerProcessTests {
    private func image(_ change: (inout ContainerConfiguration) -> Void = { _ in }) -> ContainerConfiguration {
        var image = ContainerConfiguration()
        image.entrypoint = ["/app"]
        image.command = ["serve"]
        image.environment = ["PATH=/bin", "A=1"]
        change(&image)
        return image
    }

    private func options(_ arguments: [String]) throws -> RunOptions {
        let command = try #require(try Program.parse(["run"] + arguments) as? RunCommand)
        return try RunOptions(command.flags, words: command.words, environment: ["HOST": "x"]) { path in
            "# comment\n  FILE=\(path)\nHOST\n\n"
        }
    }

    @Test(arguments: [
        (["i"], ["/app", "serve"]), (["i", "x", "-y", "--rm"], ["/app", "x", "-y", "--rm"]),
        (["--entrypoint", "sh", "i"], ["sh"]), (["--entrypoint", "sh", "i", "-c", "x"], ["sh", "-c", "x"]),
        (["--entrypoint", "", "i", "x"], ["x"]), (["--rm", "-i", "i", "--", "x"], ["/app", "--", "x"]),
        (["i", "-e", "A=1"], ["/app", "-e", "A=1"]), (["--rm", "i", "--help"], ["/app", "--help"]),
    ])
    func arguments(words: [String], expected: [String]) throws {
        #expect(try ContainerProcess(options(words), image(), hostname: "h").arguments == expected)
    }

    @Test func environment() throws {
        let options = try options(["-e", "A=2", "-e", "HOST", "--env", "UNSET", "--env-file", "f", "i"])
        var process = try ContainerProcess(options, image(), hostname: "h")
        #expect(process.environment == ["PATH=/bin", "HOSTNAME=h", "A=2", "FILE=f", "HOST=x"])
        process.setHome("/home/u")
        process.setHome("/other")
        #expect(process.environment.last == "HOME=/home/u")
    }

    @Test func placeUserAndSignal() throws {
        let image = image {
            $0.user = "web:www"
            $0.workingDirectory = "/srv"
            $0.stopSignal = "SIGINT"
        }
        let process = try ContainerProcess(options(["i"]), image, hostname: "h")
        #expect((process.user, process.workingDirectory, process.stopSignal) == ("web:www", "/srv", SIGINT))
        let other = try ContainerProcess(options(["-u", "5", "-w", "/x", "i"]), image, hostname: "h")
        #expect((other.user, other.workingDirectory) == ("5", "/x"))
    }

    @Test func nothingToRun() throws {
        let options = try options(["i"])
        let error = try #require(throws: CommandFailure.self) {
            try ContainerProcess(options, ContainerConfiguration(), hostname: "h")
        }
        #expect(error.exitCode == .containerFailure)
    }

    @Test(arguments: [
        ([], "at least 1"), (["-d", "i"], "--detach"), (["-p", "80:80", "i"], "--publish"),
        (["--name", "x", "i"], "--name"), (["--bogus", "i"], "--bogus"), (["-w", "rel", "i"], "absolute"),
        (["-v", "data:/x", "i"], "named volumes"), (["-v", "/x", "i"], "HOST:CONTAINER"),
        (["-v", "/x:y", "i"], "absolute"), (["-v", "/x:/y:exec", "i"], "exec"),
        (["--network", "bridge", "i"], "bridge"),
    ])
    func refused(words: [String], reason: String) throws {
        let error = try #require(throws: CommandLineError.self) { try options(words) }
        #expect(error.message.contains(reason), "\(error.message)")
    }

    @Test(
        arguments: [
            ("SIGTERM", 15), ("term", 15), ("9", 9), ("SIGRTMIN+3", 37), ("RTMAX", 64), ("SIGRTMAX-1", 63), ("0", nil),
            ("65", nil), ("SIGNOPE", nil), ("RTMIN+31", nil), ("RTMIN+99999999999", nil), ("", nil),
            ("RTMIN+2147483647", nil),
        ] as [(String, Int32?)])
    func signals(text: String, expected: Int32?) {
        #expect(SignalName.number(text) == expected)
    }

    @Test func environmentFiles() throws {
        let text = "A=1\r\n  B = 2\n#C=3\n\nD\nE=\"q\"\n"
        #expect(throws: CommandLineError.self) { try EnvironmentFile.parse(text, path: "f") }
        let good = try EnvironmentFile.parse("A=1\r\n #C=3\n\nD\nE=\"q\"\n", path: "f")
        #expect(good == ["A=1", "D", "E=\"q\""])
    }
}
