import FileSystem
import Glibc
import HTTP
import OCI
import SystemPackage
import Testing

@testable import Registry

/// Logins that are kept and forgotten.
@Suite struct CredentialChangesTests {
    let directory: TemporaryDirectory
    private let ada = Credential(username: "ada", password: "s3cret")

    init() throws { directory = try TemporaryDirectory() }

    private var file: FilePath { directory.path.appending("docker/config.json") }

    private func store(_ environment: [String: String] = [:]) -> CredentialStore {
        CredentialStore(
            environment: [
                "DOCKER_CONFIG": directory.path.string + "/docker", "PATH": "\(directory.path)/bin:/usr/bin:/bin",
            ]
            .merging(environment) { $1 })
    }

    private func write(_ text: String, mode: UInt16 = 0o644) throws {
        try directory.makeDirectory("docker")
        try AtomicFile.write(Array(text.utf8), to: file, mode: mode)
    }

    private func text() throws -> String {
        String(decoding: try ConfigurationFile.read(file.string) ?? [], as: UTF8.self)
    }

    private func mode(_ path: FilePath) throws -> mode_t {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return status.st_mode & 0o7777
    }

    /// A helper that keeps what it is given in a directory, one file a registry.
    private func installHelper(_ name: String) throws {
        try directory.makeDirectory("bin")
        let script = """
            #!/bin/sh
            kept="\(directory.path)/kept"
            mkdir -p "$kept"
            case $1 in
            store)
                input=$(cat)
                server=$(printf %s "$input" | sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/')
                printf %s "$input" >"$kept/$(printf %s "$server" | tr / _)" ;;
            get)
                file=$kept/$(tr / _)
                [ -e "$file" ] || { echo "credentials not found in native keychain"; exit 1; }
                cat "$file" ;;
            erase) rm "$kept/$(tr / _)" ;;
            esac
            """
        try AtomicFile.write(
            Array(script.utf8), to: directory.path.appending("bin/docker-credential-\(name)"), mode: 0o755)
    }

    @Test func makesTheFileForItsOwnerOnly() async throws {
        #expect(try await store().store(ada, for: "a.io") == .file(file.string))
        #expect(try mode(file) == 0o600)
        #expect(try mode(file.removingLastComponent()) == 0o700)
        #expect(try await store().credential(registry: "a.io", repository: "x") == ada)
        #expect(try await store().credential(registry: "b.io", repository: "x") == nil)
        _ = try await store().store(ada, for: "docker.io")
        #expect(try text().contains("\"https://index.docker.io/v1/\""))
        #expect(try store().registries() == ["a.io", "docker.io"])
    }

    @Test func keepsWhatElseIsThere() async throws {
        let rest = #""HttpHeaders":{"User-Agent":"x"},"psFormat":"table","aliases":{"builder":"buildx"}"#
        try write(#"{"auths":{"https://a.io/v1/":{"auth":"eDp5"},"b.io":{"auth":"eDp5"}},\#(rest)}"#)
        _ = try await store().store(ada, for: "a.io")
        #expect(try mode(file) == 0o600)
        #expect(try text().hasSuffix(",\(rest)}"))
        #expect(try await store().credential(registry: "a.io", repository: "x") == ada)
        #expect(try await store().erase("a.io") == [.file(file.string)])
        #expect(try text() == #"{"auths":{"b.io":{"auth":"eDp5"}},\#(rest)}"#)
        #expect(try await store().erase("a.io") == [])
    }

    /// The link stays, and what it leads to is changed, whether it is there or not.
    @Test(arguments: [true, false])
    func followsLinks(exists: Bool) async throws {
        try directory.makeDirectory("docker")
        try directory.makeDirectory("real")
        let target = directory.path.appending("real/config.json")
        if exists { try AtomicFile.write(Array("{}".utf8), to: target) }
        guard symlink("../real/config.json", file.string) == 0 else { throw Errno(rawValue: errno) }
        _ = try await store().store(ada, for: "a.io")
        #expect(try mode(target) == 0o600)
        var status = stat()
        #expect(lstat(file.string, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(try await store().credential(registry: "a.io", repository: "x") == ada)
    }

    @Test func aLoopOfLinksIsNoFile() async throws {
        try directory.makeDirectory("docker")
        guard symlink("config.json", file.string) == 0 else { throw Errno(rawValue: errno) }
        let error = await #expect(throws: RegistryError.self) { try await store().store(ada, for: "a.io") }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test func twoAtOnceKeepBoth() async throws {
        let store = store()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    _ = try await store.store(Credential(username: "u", password: "p"), for: "r\(number).io")
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.registries().count == 8)
    }

    @Test(arguments: [
        #"{"credsStore":"test"}"#, #"{"credHelpers":{"a.io":"test"},"credsStore":"absent"}"#,
        #"{"credHelpers":{"https://a.io/":"test"}}"#,
    ])
    func helpersKeepLogins(configuration: String) async throws {
        try installHelper("test")
        try write(configuration)
        #expect(try await store().credential(registry: "a.io", repository: "x") == nil)
        #expect(try await store().store(ada, for: "a.io") == .helper("test"))
        #expect(try !text().contains("YWRhOnMzY3JldA=="))
        #expect(try text().contains(#""a.io": {}"#))
        #expect(try await store().credential(registry: "a.io", repository: "x") == ada)
        #expect(try await store().erase("a.io") == [.helper("test")])
        #expect(try await store().credential(registry: "a.io", repository: "x") == nil)
    }

    @Test func helpersHaveIdentityTokens() async throws {
        try installHelper("test")
        try write(#"{"credsStore":"test"}"#)
        let token = Credential(kind: .identityToken(Secret("idt")))
        _ = try await store().store(token, for: "docker.io")
        #expect(try await store().credential(registry: "docker.io", repository: "x") == token)
        #expect(token.username == "<token>")
    }

    /// What a helper may do wrong; nothing of what it prints is told.
    @Test(arguments: [
        ("echo s3cret; exit 1", "cannot give the login for a.io"),
        ("echo s3cret", "gives an answer that cannot be understood"),
        (#"echo '{"Username":"s3cret"}'"#, "gives an answer that cannot be understood"),
        ("head -c 2000000 /dev/zero", "cannot be run"),
        ("echo s3cret >&2; kill -9 $$", "cannot give the login for a.io"),
    ])
    func helpersFail(script: String, message: String) async throws {
        try directory.makeDirectory("bin")
        try AtomicFile.write(
            Array("#!/bin/sh\n\(script)\n".utf8), to: directory.path.appending("bin/docker-credential-bad"), mode: 0o755
        )
        try write(#"{"credsStore":"bad"}"#)
        let error = await #expect(throws: RegistryError.self) {
            try await store().credential(registry: "a.io", repository: "x")
        }
        #expect(error?.message == "the credential helper docker-credential-bad \(message)")
        let cause = "\(error?.cause as Any)"
        #expect(!cause.contains("s3cret"))
    }

    @Test(arguments: [("absent", "is not installed"), ("../../bin/sh", "cannot be one"), ("a b", "cannot be one")])
    func helpersThatThereAreNot(name: String, message: String) async throws {
        try write(#"{"credHelpers":{"a.io":"\#(name)"}}"#)
        let error = await #expect(throws: RegistryError.self) {
            try await store().credential(registry: "a.io", repository: "x")
        }
        #expect(error?.message.contains(message) == true, "\(error as Any)")
    }

    @Test func noPlaceForALogin() async {
        let error = await #expect(throws: RegistryError.self) { try await CredentialStore.none.store(ada, for: "a.io") }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test(
        arguments: [
            (nil, "docker.io"), ("", "docker.io"), ("docker.io", "docker.io"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("localhost:5000", "localhost:5000"), ("https://r.example/", "r.example"), ("[::1]:5000", "[::1]:5000"),
            ("r.example/team", nil), ("alpine", nil), ("-u.io", nil), ("a.io?x", nil), ("a.io:99999999", nil),
        ] as [(String?, String?)])
    func namesOfRegistries(text: String?, name: String?) {
        #expect((try? RegistryClient.registry(named: text)) == name)
    }
}
