import BuildEngine
import Glibc
import OCI
import SystemPackage
import Testing

@testable import slipway

@Suite struct BuildCommandTests {
    private let outcome = BuildOutcome(
        image: .init(
            descriptor: Descriptor(mediaType: .ociManifest, digest: .sha256(of: "manifest"), size: 7),
            configuration: .sha256(of: "configuration")))

    private func fail(_ resources: BuildResources) throws -> BuildOutcome {
        for event in Scenario.twoStages { resources.progress.emit(event) }
        resources.progress.emit(Scenario.output(3, "cc main.c\nerror: \u{1B}[31mbad\u{1B}[0m\n", at: 1))
        resources.progress.emit(Scenario.finished(3, .failed(message: "exit code: 2"), at: 2))
        throw BuildError(.processFailed, "process \"/bin/sh -c make\" did not complete successfully: exit code: 2")
    }

    @Test func quietPrintsTheImageIDAlone() async throws {
        let context = try TestContext()
        let code = try await context.run(["build", "-q", "."]) { [outcome] _, resources in
            for event in Scenario.twoStages { resources.progress.emit(event) }
            return outcome
        }
        #expect(code == .success)
        #expect(context.output.text == "\(Digest.sha256(of: "configuration"))\n")
        #expect(context.diagnostics.text.isEmpty)
    }

    @Test func progressGoesToStandardError() async throws {
        let context = try TestContext()
        _ = try await context.run(["buildx", "build", "."]) { [outcome] _, resources in
            for event in Scenario.twoStages { resources.progress.emit(event) }
            return outcome
        }
        #expect(context.output.text.isEmpty)
        #expect(context.diagnostics.text.contains("#2 [build 1/2] WORKDIR /src\n#2 CACHED\n"))
    }

    @Test func filesAboutTheResult() async throws {
        let context = try TestContext()
        let id = context.directory.appending("id").string
        let meta = context.directory.appending("meta").string
        var outcome = outcome
        outcome.names = [try ImageReference(parsing: "shop:1"), try ImageReference(parsing: "x.org/shop")]
        let code = try await context.run(["build", "--iidfile", id, "--metadata-file", meta, "."]) { [outcome] _, _ in
            outcome
        }
        #expect(code == .success)
        #expect(try context.contents(of: "id") == Array("\(Digest.sha256(of: "configuration"))".utf8))
        let metadata = try JSONValue(parsing: context.contents(of: "meta"))
        #expect(metadata["containerimage.digest"]?.stringValue == "\(Digest.sha256(of: "manifest"))")
        #expect(metadata["containerimage.config.digest"]?.stringValue == "\(Digest.sha256(of: "configuration"))")
        #expect(metadata["containerimage.descriptor"]?["size"] == 7)
        #expect(metadata["image.name"] == "docker.io/library/shop:1,x.org/shop:latest")
    }

    @Test func noOldIDIsLeftOfAFailedBuild() async throws {
        let context = try TestContext()
        let file = context.directory.appending("id")
        try OutputFile.write([0x78], to: file)
        let code = try await context.run(["build", "--iidfile", file.string, "."]) { _, _ in
            throw BuildError(.exportFailed, "x")
        }
        #expect(code == .failure)
        #expect(throws: (any Error).self) { try context.contents(of: "id") }
    }

    @Test func aFailureShowsTheEndOfTheOutput() async throws {
        let context = try TestContext()
        let code = try await context.run(["build", "-q", "."]) { _, resources in try self.fail(resources) }
        #expect(code == .failure)
        #expect(
            context.diagnostics.text == """
                ------
                 > [build 2/2] RUN make:
                0.800 cc main.c
                0.800 error: bad
                ------
                error: process "/bin/sh -c make" did not complete successfully: exit code: 2

                """)
    }

    @Test func rawJSONIsNothingButJSON() async throws {
        let context = try TestContext()
        let code = try await context.run(["build", "--progress", "rawjson", "."]) { _, resources in
            try self.fail(resources)
        }
        #expect(code == .failure)
        let lines = try context.diagnostics.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(lines.last?["error"]?["message"]?.stringValue?.hasSuffix("exit code: 2") == true)
    }

    @Test(arguments: [
        (BuildError(.invalidDockerfile, "x"), ExitCode.usage), (BuildError(.exportFailed, "x"), .failure),
    ])
    func exitCodes(error: BuildError, expected: ExitCode) async throws {
        let context = try TestContext()
        #expect(try await context.run(["build", "."]) { _, _ in throw error } == expected)
    }

    @Test func aFlagThatIsNotCarriedOutStopsBeforeTheBuild() async throws {
        let context = try TestContext()
        let code = try await context.run(["build", "--squash", "."]) { _, _ in
            Issue.record("the build started")
            return .init()
        }
        #expect(code == .usage)
        #expect(context.diagnostics.text.hasPrefix("error: --squash is not supported yet: "))
    }

    @Test func nobodyReadsTheResult() async throws {
        let context = try TestContext()
        let closed = ByteOutput(
            write: { _ throws(OutputError) in throw OutputError(errno: EPIPE) }, isTerminal: false, size: { nil })
        let code = try await context.run(["build", "-q", "."], output: closed) { [outcome] _, _ in outcome }
        #expect(code == .brokenPipe)
        #expect(context.diagnostics.text.isEmpty)
    }

    @Test func noArchiveOnATerminal() async throws {
        let context = try TestContext()
        let terminal = ByteOutput(write: { _ in }, isTerminal: true, size: { nil })
        #expect(try await context.run(["build", "-o", "-", "."], output: terminal) == .usage)
    }
}
