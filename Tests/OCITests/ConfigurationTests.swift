import OCI
import Testing

struct ConfigurationTests {
    static let digest = "sha256:" + String(repeating: "1", count: 64)

    /// What docker wrote over the years, with members that nobody here knows.
    static let rich = """
        {"architecture":"arm64","variant":"v8","os":"linux","os.version":"1","author":"me","created":"2024-01-02T03:04:05Z",
         "container":"abc","docker_version":"20.10","moby.buildkit.cache.v0":"e30=","x-number":1.50,
         "container_config":{"Cmd":["x"]},
         "config":{"User":"1000:33","ExposedPorts":{"80/tcp":{},"53/udp":{}},"Env":["PATH=/bin","A=b=c","E="],
          "Entrypoint":["/e"],"Cmd":["a","b"],"Volumes":{"/data":{}},"WorkingDir":"/w","Labels":{"k":"v","ä":"ü"},
          "StopSignal":"SIGINT","ArgsEscaped":true,
          "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":5000000000,"Retries":2,"StartInterval":1000000},
          "OnBuild":["RUN x"],"Shell":["/bin/bash","-c"],"Hostname":"h","Tty":false,"Future":{"deep":[1]}},
         "rootfs":{"type":"layers","diff_ids":["\(digest)"],"base":"x"},
         "history":[{"created":"2024-01-02T03:04:05Z","created_by":"COPY a b","comment":"c","author":"z"},
                    {"created_by":"ENV A=1","empty_layer":true}]}
        """

    @Test func readsEveryMember() throws {
        let image = try ImageConfiguration(parsing: Array(Self.rich.utf8))
        #expect(image.platform.description == "linux/arm64")
        #expect(image.created == "2024-01-02T03:04:05Z")
        #expect(image.author == "me")
        #expect(image.diffIDs.map(\.description) == [Self.digest])
        #expect(image.history.count == 2)
        #expect(image.history[0].createdBy == "COPY a b" && !image.history[0].isEmptyLayer)
        #expect(image.history[1].isEmptyLayer)
        let container = image.container
        #expect(container.user == "1000:33")
        #expect(container.exposedPorts == ["80/tcp", "53/udp"])
        #expect(container.environment == ["PATH=/bin", "A=b=c", "E="])
        #expect(container.entrypoint == ["/e"])
        #expect(container.command == ["a", "b"])
        #expect(container.volumes == ["/data"])
        #expect(container.workingDirectory == "/w")
        #expect(container.labels == ["k": "v", "ä": "ü"])
        #expect(container.stopSignal == "SIGINT")
        #expect(container.argumentsEscaped)
        #expect(
            container.healthcheck
                == Healthcheck(
                    test: ["CMD-SHELL", "true"], interval: 5_000_000_000, startInterval: 1_000_000, retries: 2))
        #expect(container.onBuild == ["RUN x"])
        #expect(container.shell == ["/bin/bash", "-c"])
    }

    @Test func losesNothingOnARoundTrip() throws {
        let original = try JSONValue(parsing: Self.rich)
        let image = try ImageConfiguration(parsing: Array(Self.rich.utf8))
        #expect(image.json == original)
        #expect(try JSONValue(parsing: image.encoded()) == original)
        #expect(try ImageConfiguration(parsing: image.encoded()) == image)
        #expect(image[extra: "moby.buildkit.cache.v0"] == "e30=")
    }

    @Test func changesOneMemberOnly() throws {
        var image = try ImageConfiguration(parsing: Array(Self.rich.utf8))
        image.container.command = []
        image.container.healthcheck = nil
        image.container.labels["new"] = "1"
        image[extra: "container_config"] = nil
        var expected = try JSONValue(parsing: Self.rich)
        expected["container_config"] = nil
        expected["config"]?["Cmd"] = nil
        expected["config"]?["Healthcheck"] = nil
        expected["config"]?["Labels"]?["new"] = "1"
        #expect(image.json == expected)
    }

    @Test func writesAFixedOrderWhateverTheOrderOfSetting() throws {
        var one = ImageConfiguration(platform: try Platform(parsing: "linux/arm/v7"))
        one.container.shell = ["/s"]
        one.container.user = "u"
        one.container.volumes = ["/b", "/a"]
        one.history = [HistoryEntry(createdBy: "X", isEmptyLayer: true)]
        var two = ImageConfiguration(platform: try Platform(parsing: "linux/arm/v7"))
        two.container.volumes = ["/a", "/b"]
        two.container.user = "u"
        two.container.shell = ["/s"]
        two.history = one.history
        #expect(one == two)
        #expect(
            String(decoding: two.encoded(), as: UTF8.self)
                == """
                {"architecture":"arm","os":"linux","variant":"v7",\
                "config":{"User":"u","Volumes":{"/a":{},"/b":{}},"Shell":["/s"]},\
                "rootfs":{"type":"layers","diff_ids":[]},"history":[{"created_by":"X","empty_layer":true}]}
                """)
    }

    @Test func takesNullForAbsentAndAStringForACommand() throws {
        let text = """
            {"os":"linux","architecture":"amd64","config":{"Cmd":"sh","Entrypoint":null,"Env":null,"Labels":null,
             "Volumes":null,"Healthcheck":null,"User":null},"rootfs":{"diff_ids":null},"history":null}
            """
        let image = try ImageConfiguration(parsing: Array(text.utf8))
        #expect(image.container.command == ["sh"])
        #expect(image.container.entrypoint.isEmpty && image.container.environment.isEmpty)
        #expect(image.container.healthcheck == nil)
        #expect(image.diffIDs.isEmpty)
    }

    @Test(arguments: [
        "", "[]", "1", "{\"config\":[]}", "{\"config\":{\"Env\":{}}}", "{\"config\":{\"Env\":[1]}}",
        "{\"config\":{\"Cmd\":7}}", "{\"config\":{\"Labels\":{\"a\":1}}}", "{\"config\":{\"ExposedPorts\":[]}}",
        "{\"config\":{\"User\":0}}", "{\"config\":{\"Healthcheck\":[]}}", "{\"config\":{\"Healthcheck\":{\"Test\":1}}}",
        "{\"config\":{\"Healthcheck\":{\"Interval\":\"5s\"}}}", "{\"config\":{\"ArgsEscaped\":1}}",
        "{\"rootfs\":[]}", "{\"rootfs\":{\"diff_ids\":[null]}}", "{\"rootfs\":{\"diff_ids\":[\"sha256:x\"]}}",
        "{\"history\":{}}", "{\"history\":[1]}", "{\"history\":[{\"empty_layer\":\"no\"}]}", "{\"os\":1}",
        "{\"created\":5}",
        "{\"os.features\":\"x\"}",
    ])
    func refuses(_ text: String) {
        #expect(throws: OCIError.self) { try ImageConfiguration(parsing: Array(text.utf8)) }
    }
}
