import FileSystem
import FoundationEssentials
import HTTP
import SystemPackage
import Testing

@testable import Registry

@Suite struct CredentialStoreTests {
    struct Example: Sendable {
        var json: String
        var registry = "docker.io"
        var repository = "library/alpine"
        var credential: Credential?
    }

    static let ada = Credential(username: "ada", password: "eng:ine")

    @Test(arguments: [
        Example(json: #"{"auths":{"https://index.docker.io/v1/":{"auth":"YWRhOmVuZzppbmU="}}}"#, credential: ada),
        Example(json: #"{"auths":{"docker.io":{"auth":"YWRhOmVuZzppbmU="}}}"#, credential: ada),
        Example(json: #"{"auths":{"docker.io":{"username":"ada","password":"eng:ine"}}}"#, credential: ada),
        Example(
            json: #"{"auths":{"https://ghcr.io":{"auth":"YWRhOmVuZzppbmU="}}}"#, registry: "ghcr.io", credential: ada),
        Example(
            json: #"{"auths":{"localhost:5000/v2/":{"auth":"YWRhOmVuZzppbmU="}}}"#, registry: "localhost:5000",
            credential: ada),
        // Padded with zero bytes.
        Example(json: #"{"auths":{"docker.io":{"auth":"YWRhOmVuZzppbmUAAA=="}}}"#, credential: ada),
        // The longest key wins, and whole path components count.
        Example(
            json: """
                {"auths":{"q.io":{"auth":"eDp5"},"q.io/team":{"auth":"YWRhOmVuZzppbmU="},"q.io/te":{"auth":"eDp5"}}}
                """, registry: "q.io", repository: "team/app", credential: ada),
        Example(json: #"{"auths":{"q.io/te":{"auth":"eDp5"}}}"#, registry: "q.io", repository: "team/app"),
        Example(
            json: #"{"auths":{"docker.io":{"auth":"eDp5","identitytoken":"idt"}}}"#,
            credential: Credential(kind: .identityToken(Secret("idt")))),
        // No credentials, or somebody else's.
        Example(json: #"{"auths":{"docker.io":{}}}"#),
        Example(json: #"{"auths":{"docker.io.evil.example":{"auth":"eDp5"}}}"#),
        Example(json: #"{"auths":{"evil-docker.io":{"auth":"eDp5"}}}"#),
        Example(json: #"{"auths":{"":{"auth":"eDp5"}}}"#),
        Example(json: #"{"auths":[]}"#),
        Example(json: #"{"credsStore":"desktop"}"#),
        Example(json: "[]"),
    ])
    func finds(example: Example) throws {
        let document = try CredentialDocument(parsing: Array(example.json.utf8), file: "config.json")
        let found = try document.credential(registry: example.registry, repository: example.repository)
        #expect(found == example.credential)
    }

    @Test(arguments: [
        #"{"auths":{"docker.io":{"auth":"s3cret, not base64"}}}"#,
        #"{"auths":{"docker.io":{"auth":"bm9jb2xvbg=="}}}"#,
        #"{"auths":{"docker.io":{"auth":"/////w=="}}}"#,
        #"{"auths":{"docker.io":{"username":"s3cret"}}}"#,
        #"{"auths":"#,
        "",
    ])
    func rejects(json: String) {
        let error = #expect(throws: RegistryError.self) {
            try CredentialDocument(parsing: Array(json.utf8), file: "/home/ada/config.json")
                .credential(registry: "docker.io", repository: "a")
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("/home/ada/config.json") == true)
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test func searchesTheFilesInOrder() async throws {
        let directory = try TemporaryDirectory()
        let docker = directory.path.appending("docker")
        let run = directory.path.appending("run")
        try directory.makeDirectory("docker")
        try directory.makeDirectory("run/containers")
        func store() -> CredentialStore {
            CredentialStore(environment: [
                "HOME": directory.path.string, "DOCKER_CONFIG": docker.string, "XDG_RUNTIME_DIR": run.string,
            ])
        }
        #expect(try await store().credential(registry: "docker.io", repository: "a") == nil)
        try AtomicFile.write(
            Array(#"{"auths":{"docker.io":{"auth":"eDp5"},"q.io":{"auth":"eDp5"}}}"#.utf8),
            to: run.appending("containers/auth.json"))
        #expect(
            try await store().credential(registry: "docker.io", repository: "a")
                == Credential(username: "x", password: "y"))
        try AtomicFile.write(
            Array(#"{"auths":{"docker.io":{"auth":"YWRhOmVuZzppbmU="}}}"#.utf8), to: docker.appending("config.json"))
        #expect(try await store().credential(registry: "docker.io", repository: "a") == Self.ada)
        #expect(try await store().credential(registry: "q.io", repository: "a") != nil)
        #expect(try await CredentialStore.none.credential(registry: "docker.io", repository: "a") == nil)
    }

    @Test func refusesAHugeFile() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("config.json")
        try AtomicFile.write([UInt8](repeating: 0x20, count: ConfigurationFile.maximumSize + 1), to: file)
        let store = CredentialStore(environment: ["DOCKER_CONFIG": directory.path.string])
        let error = await #expect(throws: RegistryError.self) {
            try await store.credential(registry: "docker.io", repository: "a")
        }
        #expect(error?.code == .invalidConfiguration)
    }
}
