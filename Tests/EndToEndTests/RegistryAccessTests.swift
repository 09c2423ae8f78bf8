import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Who we are to a registry, and where it is: docker-registry asks for passwords, tokens and certificates.
    @Suite struct RegistryAccessTests {
        static let (user, password) = (LocalRegistry.user, LocalRegistry.password)

        /// Has skopeo push the workspace's base.
        static func push(_ name: String, in work: Workspace, _ flags: String...) async throws {
            let outcome = try await Command(
                program: "skopeo",
                arguments: ["copy", "--dest-tls-verify=false"] + flags + ["oci:\(work.base)", "docker://\(name)"],
                directory: work.root
            ).run()
            try #require(outcome.status == 0, "\(outcome.transcript)")
        }

        static let credentials = "--dest-creds=\(user):\(password)"

        /// The variables of a user whose home is in the workspace.
        static func home(_ work: Workspace, _ more: [String: String] = [:]) -> [String: String] {
            ["HOME": "\(work.root)/home"].merging(more) { $1 }
        }

        static func login(
            _ registry: String, in work: Workspace, password: String = password, _ environment: [String: String] = [:]
        ) async throws -> Command.Outcome {
            try await work.slipway(
                ["login", "-u", user, "--password-stdin", registry], environment: home(work, environment),
                input: password + "\n")
        }

        static func pull(
            _ name: String, in work: Workspace, _ environment: [String: String] = [:]
        ) async throws -> Command.Outcome {
            try await work.slipway(["pull", name], environment: home(work, environment))
        }

        // MARK: Logins

        @Test(arguments: [true, false])
        func loginIsWhatOthersFind(byToken: Bool) async throws {
            try await Workspace.use { work in
                try await TokenServer.use(in: work) { server in
                    try await LocalRegistry.use(in: work, access: byToken ? .token(server) : .password) { registry in
                        let name = "\(registry)/team/app:1"
                        try await Self.push(name, in: work, Self.credentials)
                        let refused = try await Self.pull(name, in: work)
                        #expect(refused.status == 1)
                        #expect(refused.errors.contains("`slipway login \(registry)`"), "\(refused.transcript)")

                        let done = try await Self.login(registry, in: work)
                        #expect(done.status == 0, "\(done.transcript)")
                        #expect(done.text == "Login Succeeded\n")
                        let file = work.root.appending("home/.docker/config.json")
                        #expect(try File.status(file).st_mode & 0o7777 == 0o600)
                        let pulled = try await Self.pull(name, in: work)
                        #expect(pulled.status == 0, "\(pulled.transcript)")
                        _ = try await work.tool(
                            "skopeo", "inspect", "--tls-verify=false", "--authfile", file.string, "docker://\(name)")
                        let known = try await work.slipway(
                            ["login", "--get-login", registry], environment: Self.home(work))
                        #expect(known.text == "\(Self.user)\n")

                        let again = try await work.slipway(["login", registry], environment: Self.home(work))
                        #expect(again.status == 0, "\(again.transcript)")
                        let out = try await work.slipway(["logout", registry], environment: Self.home(work))
                        #expect(out.text == "Removed the login for \(registry)\n")
                        #expect(try File.text(file).contains("\"auths\": {}"))
                        #expect(try await Self.pull(name, in: work).status == 1)
                    }
                }
            }
        }

        /// What skopeo stores, in podman's file.
        @Test func loginOfSkopeo() async throws {
            try await Workspace.use { work in
                try await LocalRegistry.use(in: work, access: .password) { registry in
                    let name = "\(registry)/team/app:1"
                    try await Self.push(name, in: work, Self.credentials)
                    let file = "\(work.root)/auth.json"
                    _ = try await work.tool(
                        "skopeo", "login", "--tls-verify=false", "-u", Self.user, "-p", Self.password, "--authfile",
                        file,
                        registry)
                    let pulled = try await Self.pull(name, in: work, ["REGISTRY_AUTH_FILE": file])
                    #expect(pulled.status == 0, "\(pulled.transcript)")
                    let out = try await work.slipway(
                        ["logout", "--all", "--authfile", file], environment: Self.home(work))
                    #expect(out.status == 0, "\(out.transcript)")
                    let inspected = try await Command(
                        program: "skopeo",
                        arguments: ["inspect", "--tls-verify=false", "--authfile", file, "docker://\(name)"]
                    ).run()
                    #expect(inspected.status != 0)
                }
            }
        }

        @Test func loginsThatAreRefused() async throws {
            try await Workspace.use { work in
                try await LocalRegistry.use(in: work, access: .password) { registry in
                    let wrong = try await Self.login(registry, in: work, password: "wr0ng")
                    #expect(wrong.status == 1)
                    #expect(wrong.errors.contains("\(registry) rejects the user name and password"))
                    #expect(!File.exists(work.root.appending("home/.docker")))
                    let shown = try await work.slipway(
                        ["login", "-u", Self.user, "-p", Self.password, registry], environment: Self.home(work))
                    #expect(shown.status == 2)
                    #expect(shown.errors.contains("--password-stdin") && !shown.errors.contains(Self.password))
                    let silent = try await work.slipway(["login", registry], environment: Self.home(work))
                    #expect(silent.status == 2)
                    #expect(silent.errors.contains("no terminal"))
                    for name in ["http://x/y", "nothing", "a b.io"] {
                        let outcome = try await Self.login(name, in: work)
                        #expect(outcome.status == 2, "\(outcome.transcript)")
                    }
                }
                let nobody = try await Self.login("127.0.0.1:\(try LocalRegistry.freePort())", in: work)
                #expect(nobody.status == 1)
                #expect(nobody.errors.contains("cannot reach"))
            }
        }

        /// Each request has the scope that it needs and no more than one token is fetched for it.
        @Test func tokensForWhatIsDone() async throws {
            try await Workspace.use { work in
                try await TokenServer.use(in: work) { server in
                    try await LocalRegistry.use(in: work, access: .token(server)) { registry in
                        try await Self.push("\(registry)/team/app:1", in: work, Self.credentials)
                        #expect(try await Self.login(registry, in: work).status == 0)
                        #expect(try server.requests().last?.scopes == [])
                        var before = try server.requests().count
                        #expect(try await Self.pull("\(registry)/team/app:1", in: work).status == 0)
                        #expect(
                            try server.requests().dropFirst(before).map(\.scopes) == [["repository:team/app:pull"]])
                        before = try server.requests().count
                        let pushed = try await work.slipway(
                            ["push", "\(registry)/team/app:1", "\(registry)/team/copy:1"], environment: Self.home(work))
                        #expect(pushed.status == 0, "\(pushed.transcript)")
                        for request in try server.requests().dropFirst(before) {
                            #expect(request.scopes.contains { $0.hasPrefix("repository:team/copy:pull") })
                            #expect(request.user == Self.user)
                        }
                    }
                }
            }
        }

        // MARK: TLS

        @Test func whomToTrust() async throws {
            try await Workspace.use { work in
                let authority = try await LocalAuthority.make(in: work.root.appending("authority"))
                let log = try await LocalRegistry.use(in: work, tls: .init(authority: authority)) { registry in
                    let name = "\(registry)/team/app:1"
                    try await Self.push(name, in: work)
                    let wary = try await Self.pull(name, in: work)
                    #expect(wary.status == 1)
                    #expect(wary.errors.contains("/etc/containers/certs.d/\(registry)/ca.crt"), "\(wary.transcript)")

                    let toml = work.root.appending("registries.toml")
                    try File.write(
                        "[[registry]]\nlocation = \"\(registry)\"\nca = \"authority/ca.crt\"\n", to: toml)
                    let certificates = work.root.appending("certificates")
                    try File.write(try File.text(authority.certificate), to: certificates.appending("any name"))
                    for environment in [
                        ["SLIPWAY_REGISTRIES": toml.string], ["SSL_CERT_FILE": authority.certificate.string],
                        ["SSL_CERT_DIR": certificates.string],
                    ] {
                        let pulled = try await Self.pull(name, in: work, environment)
                        #expect(pulled.status == 0, "\(environment) \(pulled.transcript)")
                    }
                    let directory = work.root.appending("home/.config/containers/certs.d/\(registry)")
                    try File.write(try File.text(authority.certificate), to: directory.appending("ca.crt"))
                    let pulled = try await Self.pull(name, in: work)
                    #expect(pulled.status == 0, "\(pulled.transcript)")
                }
                // Go's servers offer HTTP/2.
                #expect(log.contains("\"HEAD /v2/team/app/manifests/1 HTTP/2.0\" 200"))
            }
        }

        @Test func insecureTrustsAnybody() async throws {
            try await Workspace.use { work in
                let authority = try await LocalAuthority.make(in: work.root.appending("authority"))
                try await LocalRegistry.use(in: work, tls: .init(authority: authority)) { registry in
                    let name = "\(registry)/team/app:1"
                    try await Self.push(name, in: work)
                    let conf = work.root.appending("registries.conf")
                    try File.write("[[registry]]\nlocation = \"\(registry)\"\ninsecure = true\n", to: conf)
                    let pulled = try await Self.pull(name, in: work, ["CONTAINERS_REGISTRIES_CONF": conf.string])
                    #expect(pulled.status == 0, "\(pulled.transcript)")
                }
            }
        }

        @Test func certificatesOfClients() async throws {
            try await Workspace.use(as: .current) { work in
                let authority = try await LocalAuthority.make(in: work.root.appending("authority"))
                let client = try await authority.issue("client")
                let place = "home/.config/containers/certs.d"
                try await LocalRegistry.use(in: work, tls: .init(authority: authority, asksClients: true)) { registry in
                    let directory = work.root.appending("\(place)/\(registry)")
                    try File.write(try File.text(authority.certificate), to: directory.appending("ca.crt"))
                    let refused = try await Self.pull("\(registry)/team/app:1", in: work)
                    #expect(refused.status == 1)
                    // In TLS 1.3 the server says so after the handshake, and may just close the connection.
                    #expect(refused.errors.contains("connection"), "\(refused.transcript)")
                    try File.write(try File.text(client.certificate), to: directory.appending("client.cert"))
                    try File.write(try File.text(client.key), to: directory.appending("client.key"), mode: 0o600)
                    // The judge first: skopeo knows the same directory.
                    _ = try await work.tool(
                        "skopeo", "copy", "--dest-cert-dir", directory.string, "oci:\(work.base)",
                        "docker://\(registry)/team/app:1")
                    let pulled = try await Self.pull("\(registry)/team/app:1", in: work)
                    #expect(pulled.status == 0, "\(pulled.transcript)")
                }
            }
        }

        // MARK: Mirrors

        @Test func mirrorsComeFirst() async throws {
            try await Workspace.use { work in
                try await LocalRegistry.use(in: work, storage: "mirror") { mirror in
                    let log = try await LocalRegistry.use(in: work, access: .password) { registry in
                        let dead = "127.0.0.1:\(try LocalRegistry.freePort())"
                        try await Self.push("\(mirror)/hub/both:1", in: work)
                        for name in ["both", "here"] {
                            try await Self.push("\(registry)/team/\(name):1", in: work, Self.credentials)
                        }
                        let conf = work.root.appending("registries.conf")
                        try File.write(
                            """
                            [[registry]]
                            prefix = "example.com/app"
                            location = "\(registry)/team"
                            [[registry.mirror]]
                            location = "\(dead)"
                            insecure = true
                            [[registry.mirror]]
                            location = "\(mirror)/hub"
                            """, to: conf)
                        let environment = ["CONTAINERS_REGISTRIES_CONF": conf.string]
                        // Without a login: only the mirror gives anything to everybody.
                        let both = try await Self.pull("example.com/app/both:1", in: work, environment)
                        #expect(both.status == 0, "\(both.transcript)")
                        let nobody = try await Self.pull("example.com/app/here:1", in: work, environment)
                        #expect(nobody.status == 1)
                        for place in [dead, mirror, "slipway login \(registry)"] {
                            #expect(nobody.errors.contains(place), "\(nobody.transcript)")
                        }
                        #expect(try await Self.login(registry, in: work).status == 0)
                        let here = try await Self.pull("example.com/app/here:1", in: work, environment)
                        #expect(here.status == 0, "\(here.transcript)")
                        // What is pushed goes to the location.
                        let pushed = try await work.slipway(
                            ["push", "example.com/app/here:1", "example.com/app/new:1"],
                            environment: Self.home(work, environment))
                        #expect(pushed.status == 0, "\(pushed.transcript)")
                        let tags = try await work.slipway(
                            ["tags", "\(registry)/team/new"], environment: Self.home(work))
                        #expect(tags.text == "1\n", "\(tags.transcript)")
                        let inMirror = try await work.slipway(
                            ["tags", "\(mirror)/hub/new"], environment: Self.home(work))
                        #expect(inMirror.status == 1)
                    }
                    #expect(!log.contains("GET /v2/team/both/manifests"))
                }
            }
        }

        // MARK: Secrets

        /// After all that can go well and wrong, the password is in no output, and in no file that others may read.
        @Test func nobodySeesThePassword() async throws {
            try await Workspace.use(as: .current) { work in
                try await TokenServer.use(in: work) { server in
                    try await LocalRegistry.use(in: work, access: .token(server)) { registry in
                        try await Self.push("\(registry)/team/app:1", in: work, Self.credentials)
                        var environment = Self.home(
                            work,
                            [
                                "XDG_CONFIG_HOME": "\(work.root)/home/config",
                                "XDG_DATA_HOME": "\(work.root)/home/data",
                                "XDG_RUNTIME_DIR": "\(work.root)/home/run", "XDG_CACHE_HOME": "\(work.root)/home/cache",
                                "SLIPWAY_ROOT": "\(work.root)/home/store", "TMPDIR": "\(work.root)/home/tmp",
                            ])
                        try File.directory(work.root.appending("home/tmp"))
                        try work.write("Dockerfile", "FROM \(registry)/team/app:1\nRUN echo done >/done\n")
                        let build = [
                            "build", "--progress", "plain", "-t", "\(registry)/team/built:1", "--push",
                            work.context.string,
                        ]
                        let commands: [([String], String?, Int)] = [
                            (["login", "-u", Self.user, "--password-stdin", registry], "wr0ngs3cret", 1),
                            (["login", "-u", Self.user, "-p", Self.password, registry], nil, 2),
                            (["login", "-u", Self.user, "--password-stdin", registry], Self.password, 0),
                            (["login", "--format", "json", registry], nil, 0),
                            (["login", "--get-login", registry], nil, 0),
                            (["pull", "--progress", "rawjson", "\(registry)/team/app:1"], nil, 0),
                            (["pull", "\(registry)/team/absent:1"], nil, 1),
                            (["tags", "\(registry)/team/app"], nil, 0),
                            (build, nil, 0),
                            (
                                ["push", "--progress", "rawjson", "\(registry)/team/app:1", "\(registry)/team/x:2"],
                                nil, 0
                            ),
                        ]
                        var outputs = ""
                        for (arguments, input, status) in commands {
                            let outcome = try await work.slipway(arguments, environment: environment, input: input)
                            #expect(outcome.status == status, "\(arguments) \(outcome.transcript)")
                            outputs += outcome.errors + outcome.text
                        }
                        // A stored login that has become wrong.
                        let file = work.root.appending("home/.docker/config.json")
                        let stored = try File.text(file)
                        environment["DOCKER_CONFIG"] = "\(work.root)/home/other"
                        let wrong = Data("\(Self.user):wr0ngs3cret".utf8).base64EncodedString()
                        try File.write(
                            #"{"auths":{"\#(registry)":{"auth":"\#(wrong)"}}}"#,
                            to: work.root.appending("home/other/config.json"), mode: 0o600)
                        let failed = try await work.slipway(
                            ["pull", "\(registry)/team/app:9"], environment: environment)
                        #expect(failed.status == 1 && failed.errors.contains("rejects the stored user name"))
                        outputs += failed.errors + failed.text

                        let secrets = [
                            Self.password, "wr0ngs3cret", wrong,
                            Data("\(Self.user):\(Self.password)".utf8).base64EncodedString(), "eyJ",
                        ]
                        for secret in secrets { #expect(!outputs.contains(secret), "\(secret) in:\n\(outputs)") }
                        // The search finds what there is.
                        #expect(stored.contains(secrets[3]))
                        let found = try await work.tool(
                            "sh", "-c",
                            "grep -rlF \(secrets.dropLast().map { "-e '\($0)'" }.joined(separator: " ")) \(work.root)/home"
                                + " | xargs stat --format '%a %n'")
                        #expect(
                            found.text.split(separator: "\n").sorted() == [
                                "600 \(work.root)/home/.docker/config.json", "600 \(work.root)/home/other/config.json",
                            ])
                    }
                }
            }
        }
    }
}
