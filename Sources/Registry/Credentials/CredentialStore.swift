public import HTTP
internal import OCI

/// The credentials that `slipway login`, `docker login` and `podman login` left in files or with credential helpers.
///
/// Looked for, the first file that has something for the registry wins: `$REGISTRY_AUTH_FILE`,
/// `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, `$XDG_RUNTIME_DIR/containers/auth.json`,
/// `$XDG_CONFIG_HOME/containers/auth.json` or `~/.config/containers/auth.json` (containers-auth.json(5)). A file is read
/// when a registry asks for credentials, not before. `CredentialStore+Changes` writes to the first of them.
public struct CredentialStore: Hashable, Sendable {
    let files: [String]
    let environment: [String: String]
    private var given: Credential?

    /// The files that the variables of `environment` lead to.
    public init(environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = variable("HOME")
        let docker = variable("DOCKER_CONFIG") ?? home.map { $0 + "/.docker" }
        let configuration = variable("XDG_CONFIG_HOME") ?? home.map { $0 + "/.config" }
        files = [
            variable("REGISTRY_AUTH_FILE"), docker.map { $0 + "/config.json" },
            variable("XDG_RUNTIME_DIR").map { $0 + "/containers/auth.json" },
            configuration.map { $0 + "/containers/auth.json" },
        ].compactMap(\.self)
        self.environment = environment
    }

    /// One file, and no others.
    public init(file: String, environment: [String: String]) {
        files = [file]
        self.environment = environment
    }

    /// A credential that is good for whatever asks.
    init(_ credential: Credential) {
        self.init(environment: [:])
        given = credential
    }

    /// No files: nobody has credentials.
    public static let none = CredentialStore(environment: [:])

    /// The credential for a repository, such as `library/alpine`, of a registry, such as `docker.io`.
    ///
    /// - Throws: `invalidConfiguration` when a file that exists cannot be read or understood, or a helper fails.
    func credential(registry: String, repository: String) async throws(RegistryError) -> Credential? {
        if let given { return given }
        for file in files {
            guard let document = try Self.read(file) else { continue }
            if let helper = try document.helper(for: registry),
                let found = try await self.helper(helper).credential(of: registry)
            {
                return found
            }
            if let found = try document.credential(registry: registry, repository: repository) { return found }
        }
        return nil
    }

    /// The name that a user is logged in by at a registry; nil without a login. A login by an identity token has the name
    /// `<token>`.
    ///
    /// - Throws: `invalidConfiguration` when a file that exists cannot be read or understood, or a helper fails.
    public func login(at registry: String) async throws(RegistryError) -> Credential? {
        try await credential(registry: registry, repository: "")
    }

    static func read(_ file: String) throws(RegistryError) -> CredentialDocument? {
        guard let bytes = try ConfigurationFile.read(file), !bytes.isEmpty else { return nil }
        return try CredentialDocument(parsing: bytes, file: file)
    }

    func helper(_ name: String) -> CredentialHelper { CredentialHelper(name: name, environment: environment) }
}
