import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// The files of docs/ci.md: valid to the schemas of their systems, and what they run builds and pushes an image in a
    /// container as the system would start it.
    @Suite struct CITests {
        /// A file of the page, and what the system that reads it would say to its commands.
        struct Recipe: Sendable, CustomTestStringConvertible {
            var file: String
            /// The program that knows the schema, and its arguments before the file's name.
            var judge: [String]
            /// What stands for expressions of the system.
            var expressions: [String: String] = [:]
            var variables: [String: String] = [:]
            /// The image that is in the registry when it is done.
            var result: String

            var testDescription: String { file }
        }

        static let recipes = [
            Recipe(
                file: ".github/workflows/image.yml",
                judge: ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
                expressions: [
                    "github.repository": "team/shop", "github.actor": LocalRegistry.user,
                    "secrets.GITHUB_TOKEN": LocalRegistry.password,
                ],
                variables: ["GITHUB_SHA": "0123456789abcdef"], result: "team/shop:0123456789abcdef"),
            Recipe(
                file: ".gitlab-ci.yml", judge: ["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci"],
                variables: [
                    "CI_REGISTRY": "REGISTRY", "CI_REGISTRY_IMAGE": "REGISTRY/team/shop",
                    "CI_REGISTRY_USER": LocalRegistry.user, "CI_REGISTRY_PASSWORD": LocalRegistry.password,
                    "CI_COMMIT_SHORT_SHA": "01234567",
                ], result: "team/shop:01234567"),
            Recipe(
                file: "job.yaml", judge: ["kubernetes-validate", "--strict"], result: "registry.example/team/shop:2"),
        ]

        /// Where `scripts/setup test` puts programs from PyPI, if it could be reached.
        private static var tools: FilePath {
            let environment = ProcessInfo.processInfo.environment
            let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
            return FilePath(environment["SLIPWAY_CI_TOOLS"] ?? "\(cache)/slipway/ci").appending("bin")
        }

        private static let page = Result { try BookPage(named: "ci.md") }

        private static func text(of recipe: Recipe) throws -> String {
            let text = try page.get().files.first { $0.name == recipe.file }?.text
            return try #require(text, "docs/ci.md has no \(recipe.file)")
        }

        @Test(.enabled(if: File.exists(CITests.tools.appending("check-jsonschema"))), arguments: recipes)
        func theFileIsValid(_ recipe: Recipe) async throws {
            try await Workspace.use { work in
                let file = work.root.appending("file.yaml")
                try File.write(try Self.text(of: recipe), to: file)
                _ = try await work.tool(
                    Self.tools.appending(recipe.judge[0]).string,
                    arguments: recipe.judge.dropFirst() + [file.string])
            }
        }

        @Test(.enabled(if: Account.isRoot && access("/usr/sbin/dockerd", X_OK) == 0))
        func whatTheFilesRunPushesAnImage() async throws {
            try await Workspace.use { work in
                let page = try Self.page.get()
                for (name, text) in page.files { try work.write(name, text) }
                try await LocalRegistry.use(in: work, access: .password) { registry in
                    let folder = BookFolder(
                        work: work, registry: registry,
                        credentials: "\(LocalRegistry.user):\(LocalRegistry.password)")
                    for name in page.baseNames { try await folder.provide(name) }
                    try folder.writeSettings()
                    try await GitServer.use(in: work) { git in
                        let address = try await Self.serve(work.context, by: git)
                        try await DockerDaemon.use(in: work) { docker in
                            for recipe in Self.recipes {
                                try await Self.run(recipe, in: folder, docker, repository: address)
                            }
                        }
                    }
                }
            }
        }

        private static func run(
            _ recipe: Recipe, in folder: BookFolder, _ docker: DockerDaemon, repository: String
        ) async throws {
            struct Plan: Decodable {
                var script: String
                var flags: [String]
                var environment: [String: String]
            }
            let work = folder.work
            let asked = try await work.tool(
                "python3",
                arguments: [
                    Repository.top.appending("Tests/EndToEndTests/Support/ci-steps.py").string,
                    work.context.appending(recipe.file).string,
                ] + recipe.expressions.map { "\($0)=\($1)" })
            let plan = try JSONDecoder().decode(Plan.self, from: asked.output)
            // The checkout, and a home directory that everybody may write to.
            let place = work.root.appending("job-\(recipe.result.split(separator: ":")[1])")
            _ = try await work.tool("cp", "-r", work.context.string, place.string)
            _ = try await work.tool("cp", folder.settings.string, place.appending(".registries.toml").string)
            _ = try await work.tool("chmod", "-R", "a+rwX", place.string)
            var variables = ["HOME": place.string, "PATH": "/:/usr/bin:/usr/sbin", "LC_ALL": "C.UTF-8"]
                .merging(recipe.variables) { $1 }.merging(plan.environment) { $1 }
            variables["SLIPWAY_REGISTRIES"] = place.appending(".registries.toml").string
            // Volumes of the pod.
            for (name, value) in variables where value.hasPrefix("/store") || value.hasPrefix("/login") {
                variables[name] = place.string + value
            }
            // A login is for the registry that is really asked, so GitHub's is this one as well.
            variables = variables.mapValues {
                $0.replacing("REGISTRY", with: folder.registry).replacing("ghcr.io", with: folder.registry)
            }
            let script = plan.script.replacing("https://git.example/shop.git", with: repository)
                .replacing("ghcr.io", with: folder.registry)
            if recipe.file == "job.yaml" {
                let login = Data((folder.credentials ?? "").utf8).base64EncodedString()
                try File.write(
                    "{\"auths\": {\"\(folder.registry)\": {\"auth\": \"\(login)\"}}}",
                    to: place.appending("login/config.json"))
            }
            let outcome = try await docker.run(
                plan.flags + ["--workdir", place.string] + variables.flatMap { ["--env", "\($0)=\($1)"] }, in: work,
                network: "host", writable: place, ["sh", "-c", script])
            #expect(outcome.status == 0, "\(recipe.file): \(outcome.transcript)")
            _ = try await work.tool(
                "skopeo", "inspect", "--tls-verify=false", "--creds", folder.credentials ?? "",
                "docker://\(folder.registry)/\(recipe.result)")
        }

        /// A repository of the context.
        private static func serve(_ context: FilePath, by git: GitServer) async throws -> String {
            try await git.run(
                """
                cp -r '\(context)' shop
                git -C shop init -q -b main
                git -C shop add .
                git -C shop commit -qm shop
                git clone -q --bare shop shop.git
                """)
            return git.address.replacing("/app.git", with: "/shop.git")
        }
    }
}
