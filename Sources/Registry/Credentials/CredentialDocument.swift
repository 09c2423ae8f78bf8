internal import FoundationEssentials
internal import HTTP
internal import OCI

/// What a file of docker's or podman's says of credentials: `config.json`, `auth.json`. A value without I/O.
struct CredentialDocument: Sendable {
    let file: String
    private let root: JSONValue

    /// - Throws: `invalidConfiguration` for what is no JSON. The message names the file, never a value.
    init(parsing bytes: [UInt8], file: String) throws(RegistryError) {
        self.file = file
        do { root = try JSONValue(parsing: bytes) } catch {
            throw RegistryError(.invalidConfiguration, "\(file) is not JSON")
        }
    }

    /// The helper that keeps the credentials of a registry: its own, or the one for all.
    ///
    /// - Throws: `invalidConfiguration` for a name that no program can have.
    func helper(for registry: String) throws(RegistryError) -> String? {
        let own = root["credHelpers"]?.objectValue?.first { Self.normalized($0.key) == registry }?.value.stringValue
        guard let name = own ?? root["credsStore"]?.stringValue, !name.isEmpty else { return nil }
        guard CredentialHelper.isName(name) else {
            throw RegistryError(.invalidConfiguration, "\(file) names a credential helper that cannot be one")
        }
        return name
    }

    /// All helpers that the file names.
    var helpers: [String] {
        let own = root["credHelpers"]?.objectValue?.values.compactMap(\.stringValue) ?? []
        return Set(own + [root["credsStore"]?.stringValue].compactMap(\.self)).filter(CredentialHelper.isName).sorted()
    }

    /// The keys of `auths`, as they are written.
    var keys: [String] { root["auths"]?.objectValue?.keys.sorted() ?? [] }

    /// The keys of `auths` that mean a registry as a whole.
    func keys(of registry: String) -> [String] { keys.filter { Self.normalized($0) == registry } }

    /// The credential that the file itself has for a repository of a registry. The longest key wins: an entry may be for
    /// a part of the registry.
    ///
    /// - Throws: `invalidConfiguration` for an entry that cannot be understood.
    func credential(registry: String, repository: String) throws(RegistryError) -> Credential? {
        var best: (key: String, value: JSONValue)?
        for (key, value) in root["auths"]?.objectValue ?? [:] {
            let key = Self.normalized(key)
            guard "\(registry)/\(repository)/".hasPrefix(key + "/") else { continue }
            if key.utf8.count > best?.key.utf8.count ?? -1 { best = (key, value) }
        }
        guard let best else { return nil }
        func invalid() -> RegistryError {
            RegistryError(.invalidConfiguration, "the entry for \(best.key) in \(file) cannot be understood")
        }
        if let token = best.value["identitytoken"]?.stringValue, !token.isEmpty {
            return Credential(kind: .identityToken(Secret(token)))
        }
        if let encoded = best.value["auth"]?.stringValue, !encoded.isEmpty {
            guard let data = Data(base64Encoded: encoded), let text = String(bytes: data, encoding: .utf8),
                let colon = text.firstIndex(of: ":")
            else { throw invalid() }
            // Some versions of docker pad the pair with zero bytes.
            var password = text[text.index(after: colon)...]
            while password.last == "\0" { password = password.dropLast() }
            return Credential(username: String(text[..<colon]), password: String(password))
        }
        guard let username = best.value["username"]?.stringValue, !username.isEmpty else { return nil }
        guard let password = best.value["password"]?.stringValue else { throw invalid() }
        return Credential(username: username, password: password)
    }

    /// A key as `host[:port][/path]`. Docker's keys may be URLs, with the API's version as a path; Docker Hub's is
    /// `https://index.docker.io/v1/`.
    static func normalized(_ key: String) -> String {
        var key = Substring(key)
        for scheme in ["https://", "http://"] where key.hasPrefix(scheme) { key = key.dropFirst(scheme.count) }
        while key.last == "/" { key = key.dropLast() }
        for version in ["/v1", "/v2"] where key.hasSuffix(version) { key = key.dropLast(version.count) }
        for name in ["index.docker.io", "registry-1.docker.io"] where key == name || key.hasPrefix(name + "/") {
            key = "docker.io" + key.dropFirst(name.count)
        }
        return String(key)
    }

    /// The key of a registry as docker writes it; for Docker Hub that of docker's first registry.
    static func key(of registry: String) -> String {
        registry == ImageReference.defaultRegistry ? "https://index.docker.io/v1/" : registry
    }
}
