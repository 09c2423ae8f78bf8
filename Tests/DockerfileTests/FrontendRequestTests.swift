import Dockerfile
import Testing

struct FrontendRequestTests {
    /// What a file asks for and where; BuildKit's answers.
    @Test(arguments: [
        ("# syntax=foo/bar:1\nFROM a", "foo/bar:1", 1),
        ("#syntax = foo/bar --opt x  \r\nFROM a", "foo/bar", 1),
        ("# escape=`\n# check=skip=all\n# SYNTAX=x", "x", 3),
        ("#!/usr/bin/env x\n# syntax=y\nFROM a", "y", 2),
        ("\u{FEFF}# syntax=y", "y", 1),
        ("// syntax=y\nx", "y", 1),
        ("#!/x\n//syntax=y\n", "y", 2),
        ("{\"syntax\": \"y z\"}", "y z", 1),
        ("{\"a\": [1, {\"syntax\": \"no\"}],\n \"syntax\": \"no\", \"syntax\": \"y\"}\n", "y", 2),
    ])
    func found(text: String, reference: String, line: Int) throws {
        let request = try #require(
            FrontendRequest.find(in: SourceFile(name: "Dockerfile", text: text), buildArgument: nil))
        #expect(request.reference == reference)
        #expect(request.range?.start.line == line)
    }

    @Test(arguments: [
        "FROM a", "", "\n# syntax=x\nFROM a", "# comment\n# syntax=x", "# other=x\n# syntax=x", " # syntax=x",
        "# syntax=",
        "{\"syntax\": 1}", "{\"syntax\": \"x\"} y", "[\"syntax\"]", "{\"syntax\": \"x\",}",
        "{\"a\":{\"syntax\":\"x\"}}",
        "#!/x", "/ syntax=x", "// x\n// syntax=x", "{\"syntax\": \"x\", \"syntax\": null}", "{", "{}",
    ])
    func notFound(text: String) {
        #expect(FrontendRequest.find(in: SourceFile(name: "Dockerfile", text: text), buildArgument: nil) == nil)
    }

    @Test func theBuildArgumentWins() {
        let source = SourceFile(name: "Dockerfile", text: "# syntax=foo\nFROM a")
        #expect(FrontendRequest.find(in: source, buildArgument: " bar x ") == FrontendRequest(reference: "bar"))
        #expect(FrontendRequest.find(in: source, buildArgument: " ")?.reference == "foo")
    }

    @Test(arguments: [
        ("dockerfile.v0", true), ("docker/dockerfile", true), ("docker/dockerfile:1", true),
        ("docker/dockerfile:1.7-labs", true), ("docker.io/docker/dockerfile:1@sha256:00", true),
        ("docker/dockerfile-upstream:master", true), ("moby/dockerfile", true),
        ("localhost:5000/docker/dockerfile", true),
        ("mirror.example/hub/docker/dockerfile:1", true), ("dockerfile", false), ("docker/dockerfile2", false),
        ("tonistiigi/dockerfile:x", false), ("x/dockerfile.v0", false), ("docker/dockerfile/x", false), ("", false),
        ("docker/buildx-bake", false), ("docker/dockerfilex:dockerfile", false),
    ])
    func dockerfileFrontends(reference: String, expected: Bool) {
        #expect(FrontendRequest(reference: reference).isDockerfile == expected)
    }

    @Test func otherFrontendsAreRefused() throws {
        let source = SourceFile(name: "Dockerfile", text: "# escape=\\\n# syntax=foo/bar:1\nFROM a")
        let error = #expect(throws: DockerfileError.self) { try FrontendRequest.check(source, buildArgument: nil) }
        #expect(error?.message == "this file asks for the frontend \"foo/bar:1\", which Slipway cannot run")
        #expect(error?.diagnostic.locationDescription == "Dockerfile:2:10")
        #expect(error?.diagnostic.help?.contains("Slipway reads Dockerfiles itself") == true)
        try FrontendRequest.check(source, buildArgument: "docker/dockerfile:1")
        let other = #expect(throws: DockerfileError.self) { try FrontendRequest.check(source, buildArgument: "x") }
        #expect(other?.message.contains("BUILDKIT_SYNTAX asks for the frontend \"x\"") == true)
    }
}
