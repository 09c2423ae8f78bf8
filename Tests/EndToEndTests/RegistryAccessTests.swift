import SystemPackage
import Testing

extension EndToEnd {
    /// Who we are to a registry, and where it is: docker-registry asks for passwords, tokens and certificates.
    @Suite struct RegistryAccessTests {
        /// The flags of skopeo for who pushes to a local registry.
        static let credentials = "--dest-creds=\(LocalRegistry.user):\(LocalRegistry.password)"

        /// Has skopeo push the workspace's base.
        static func push(_ name: String, in work: Workspace, _ flags: String...) async throws {
            let outcome = try await Command(
                program: "skopeo",
                arguments: ["copy", "--dest-tls-verify=false"] + flags + ["oci:\(work.base)", "docker://\(name)"],
                environment: work.account.environment, directory: work.root
            ).run()
            try #require(outcome.status == 0, "\(outcome.transcript)")
        }

        /// A base that a token of its own, narrower scope is fetched for.
        @Test func pullsWithATokenForAPassword() async throws {
            try await Workspace.use { work in
                try await TokenServer.use(in: work) { server in
                    try await LocalRegistry.use(in: work, access: .token(server)) { registry in
                        let name = "\(registry)/team/app:1"
                        try await Self.push(name, in: work, Self.credentials)
                        let before = try server.requests().count
                        // ada:s3cret
                        try File.write(
                            #"{"auths":{"\#(registry)":{"auth":"YWRhOnMzY3JldA=="}}}"#,
                            to: work.root.appending("docker/config.json"), mode: 0o600)
                        let built = try await work.build(
                            "FROM \(name)\nRUN true\n", environment: ["DOCKER_CONFIG": "\(work.root)/docker"])
                        #expect(built.status == 0, "\(built.transcript)")
                        let requests = try server.requests().dropFirst(before)
                        #expect(requests.map(\.scopes) == [["repository:team/app:pull"]])
                        #expect(requests.map(\.user) == [LocalRegistry.user])
                    }
                }
            }
        }
    }
}
