import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// The Dockerfile language as the tutorials use it, seen from the image that comes out.
    @Suite struct LanguageTests {
        @Test func stagesByNameNumberAndContext() async throws {
            try await Workspace.use { work in
                try File.write("outside\n", to: work.root.appending("other/file"))
                let image = try await work.buildImage(
                    """
                    # syntax=docker/dockerfile:1
                    ARG FLAVOUR=base
                    FROM ${FLAVOUR} AS zero
                    ARG WHO=nobody
                    RUN echo "$WHO" >/zero
                    FROM zero AS one
                    RUN echo one >/one
                    FROM scratch
                    COPY --from=zero /zero /
                    COPY --from=1 /one /
                    COPY --from=other file /other
                    COPY --from=base /etc/passwd /passwd
                    """, ["--build-arg", "WHO=somebody", "--build-context", "other=\(work.root)/other"])
                #expect(image.manifest.layers.count == 4)
                #expect(try await image.text(of: "zero", layer: 0) == "somebody\n")
                #expect(try await image.text(of: "one", layer: 1) == "one\n")
                #expect(try await image.text(of: "other", layer: 2) == "outside\n")
                #expect(try await image.text(of: "passwd", layer: 3)?.contains("app:x:1000") == true)
            }
        }

        @Test func settings() async throws {
            try await Workspace.use { work in
                let image = try await work.buildImage(
                    """
                    FROM base
                    SHELL ["/bin/sh", "-e", "-c"]
                    ENV ONE=1
                    ENV TWO="${ONE} and two" THREE=${TWO}3
                    WORKDIR /work
                    WORKDIR deeper
                    USER app:app
                    EXPOSE 80 53/udp
                    VOLUME /data
                    LABEL a=b c="d e"
                    STOPSIGNAL SIGQUIT
                    HEALTHCHECK --interval=5s CMD true
                    ONBUILD RUN echo later >/later
                    ENTRYPOINT ["/bin/echo", "hello"]
                    CMD world
                    """, ["--label", "from=flag"])
                let settings = image.configuration.config
                #expect(settings.Env == ["PATH=/bin", "ONE=1", "TWO=1 and two", "THREE=3"])
                #expect(settings.WorkingDir == "/work/deeper")
                #expect(settings.User == "app:app")
                #expect(settings.ExposedPorts?.keys.sorted() == ["53/udp", "80/tcp"])
                #expect(settings.Volumes?.keys.sorted() == ["/data"])
                #expect(settings.Labels?["a"] == "b" && settings.Labels?["c"] == "d e")
                #expect(settings.Labels?["from"] == "flag")
                #expect(settings.StopSignal == "SIGQUIT")
                #expect(settings.Healthcheck?.Test == ["CMD-SHELL", "true"])
                #expect(settings.OnBuild == ["RUN echo later >/later"])
                #expect(settings.Entrypoint == ["/bin/echo", "hello"])
                #expect(settings.Cmd == ["/bin/sh", "-e", "-c", "world"])
                #expect(settings.Shell == ["/bin/sh", "-e", "-c"])
                let layers = image.configuration.history.filter { $0.empty_layer != true }
                #expect(layers.count == image.manifest.layers.count)
                #expect(image.configuration.rootfs.diff_ids.count == image.manifest.layers.count)
            }
        }

        @Test func onbuildRunsInTheNextBuild() async throws {
            try await Workspace.use { work in
                _ = try await work.buildImage("FROM base\nONBUILD RUN echo trigger >/trigger\n", named: "parent")
                let image = try await work.buildImage(
                    "FROM parent\n", ["--build-context", "parent=oci-layout://\(work.root)/parent"])
                #expect(try await image.text(of: "trigger", layer: -1) == "trigger\n")
                #expect((image.configuration.config.OnBuild ?? []).isEmpty)
            }
        }

        @Test func runForms() async throws {
            try await Workspace.use { work in
                let image = try await work.buildImage(
                    #"""
                    # escape=`
                    FROM base
                    RUN echo shell `
                        >/shell
                    RUN ["/bin/sh", "-c", "echo json >/json"]
                    RUN <<SCRIPT
                    set -e
                    echo heredoc >/heredoc
                    SCRIPT
                    COPY <<"FILE" /copied
                    $literal
                    FILE
                    USER app
                    RUN id -u >/tmp/user
                    """#)
                #expect(try await image.text(of: "shell", layer: 1) == "shell\n")
                #expect(try await image.text(of: "json", layer: 2) == "json\n")
                #expect(try await image.text(of: "heredoc", layer: 3) == "heredoc\n")
                #expect(try await image.text(of: "copied", layer: 4) == "$literal\n")
                #expect(try await image.text(of: "tmp/user", layer: 5) == "1000\n")
            }
        }

        @Test func ignoredFilesStayOut() async throws {
            try await Workspace.use { work in
                try work.write(".dockerignore", "# comment\n*.log\nsecret/\n!keep.log\n**/deep\n")
                for name in ["a.txt", "b.log", "keep.log", "secret/key", "x/deep/file", "x/other"] {
                    try work.write(name, "content\n")
                }
                let image = try await work.buildImage("FROM scratch\nCOPY . /in/\n")
                let names = try await image.entries(layer: 0).compactMap { $0.split(separator: " ").last }
                    .filter { !$0.hasSuffix("/") }
                #expect(names == ["in/.dockerignore", "in/Dockerfile", "in/a.txt", "in/keep.log", "in/x/other"])
            }
        }

        @Test func bindMountAndArchive() async throws {
            try await Workspace.use { work in
                try work.write("input", "bound\n")
                _ = try await work.tool(
                    "sh", "-c", "mkdir -p t/packed && echo p >t/packed/p && tar -C t -czf context/p.tar.gz packed")
                let image = try await work.buildImage(
                    """
                    FROM base
                    RUN --mount=type=bind,target=/in,rw=false cat /in/input >/output && ! touch /in/new
                    ADD p.tar.gz /unpacked/
                    """)
                let bound = try await image.entries(layer: 1).compactMap { $0.split(separator: " ").last }
                #expect(bound == ["output"])
                #expect(try await image.text(of: "output", layer: 1) == "bound\n")
                #expect(try await image.text(of: "unpacked/packed/p", layer: 2) == "p\n")
            }
        }

        @Test func dockerfileFromStandardInput() async throws {
            try await Workspace.use { work in
                try work.write("file", "from the context\n")
                let outcome = try await work.slipway(
                    work.buildArguments(["--file", "-", "--output", "type=oci,dest=\(work.root)/image.tar"]),
                    input: "FROM scratch\nCOPY file /\n")
                try #require(outcome.status == 0, "\(outcome.transcript)")
                let image = try await Image(
                    archive: work.root.appending("image.tar"), directory: work.root.appending("image"))
                #expect(try await image.text(of: "file", layer: 0) == "from the context\n")
            }
        }
    }
}
