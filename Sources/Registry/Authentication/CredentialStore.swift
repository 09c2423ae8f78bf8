internal import FileSystem
internal import FoundationEssentials
internal import HTTP
internal import OCI
internal import SystemPackage

/// The credentials that `docker login` and `podman login` left in files.
///
/// Looked for, the first file that has something for the registry wins: `$REGISTRY_AUTH_FILE`,
/// `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, `$XDG_RUNTIME_DIR/containers/auth.json`,
/// `$XDG_CONFIG_HOME/containers/auth.json` or `~/.config/containers/auth.json` (containers-auth.json(5)). A file is read
/// when a registry asks for credentials, not before.
public struct CredentialStore: Hashable, Sendable {
    private let files: [String]

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
    }

    /// No files: nobody has credentials.
    public static let none = CredentialStore(environment: [:])

    /// Files larger than this, in bytes, are refused.
    static let maximumFileSize = 1 << 20

    /// The credential for a repository, such as `library/alpine`, of a registry, such as `docker.io`.
    ///
    /// - Throws: `invalidConfiguration` when a file that exists cannot be read or understood.
    func credential(registry: String, repository: String) throws(RegistryError) -> Credential? {
        for file in files {
            guard let bytes = try Self.read(file) else { continue }
            if let found = try Self.credential(in: bytes, of: file, registry: registry, repository: repository) {
                return found
            }
        }
        return nil
    }

    private static func read(_ file: String) throws(RegistryError) -> [UInt8]? {
        let path = FilePath(file)
        let descriptor: FileDescriptor
        do { descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) } catch {
            if let code = error as? Errno, code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
            throw RegistryError(.invalidConfiguration, "cannot open \(file): \(error)", cause: error)
        }
        defer { try? descriptor.close() }  // Only read from: nothing can be lost.
        do { return try descriptor.readAll(limit: maximumFileSize, path: path) } catch {
            throw RegistryError(.invalidConfiguration, "\(error)", cause: error)
        }
    }

    /// Finds the credential in the bytes of one file. Errors name the file and the registry, never a value.
    static func credential(
        in bytes: [UInt8], of file: String, registry: String, repository: String
    ) throws(RegistryError) -> Credential? {
        let document: JSONValue
        do { document = try JSONValue(parsing: bytes) } catch {
            throw RegistryError(.invalidConfiguration, "\(file) is not JSON")
        }
        guard let entries = document["auths"]?.objectValue else { return nil }
        // The longest key wins: an entry may be for a part of the registry.
        var best: (key: String, value: JSONValue)?
        for (key, value) in entries {
            let key = normalized(key)
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
    private static func normalized(_ key: String) -> String {
        var key = Substring(key)
        for scheme in ["https://", "http://"] where key.hasPrefix(scheme) { key = key.dropFirst(scheme.count) }
        while key.last == "/" { key = key.dropLast() }
        for version in ["/v1", "/v2"] where key.hasSuffix(version) { key = key.dropLast(version.count) }
        for name in ["index.docker.io", "registry-1.docker.io"] where key == name || key.hasPrefix(name + "/") {
            key = "docker.io" + key.dropFirst(name.count)
        }
        return String(key)
    }
}
