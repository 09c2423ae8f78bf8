internal import FileSystem
internal import FoundationEssentials
public import HTTP
internal import OCI
internal import SystemPackage

extension CredentialStore {
    /// Where a login is kept.
    public enum Place: Hashable, Sendable {
        case file(String)
        /// A credential helper, by its name.
        case helper(String)
    }

    /// Keeps a credential for a registry: with the helper that the file names for it, else in the file. What else the
    /// file holds stays as it is; its mode becomes 0600.
    ///
    /// - Throws: `invalidConfiguration` when there is no place for a login, or none that can be used.
    public func store(_ credential: Credential, for registry: String) async throws(RegistryError) -> Place {
        guard let file = files.first else {
            throw RegistryError(
                .invalidConfiguration, "there is no place for a login: neither HOME nor REGISTRY_AUTH_FILE is set")
        }
        let document = try Self.read(file)
        if let name = try document?.helper(for: registry) {
            try await helper(name).store(credential, of: registry)
            // Docker lists registries by these entries.
            try change(file) { (text) throws(RegistryError) in
                for key in document?.keys(of: registry) ?? [] { try text.remove(key, in: "auths") }
                try text.set(CredentialDocument.key(of: registry), in: "auths", to: [:])
            }
            return .helper(name)
        }
        try change(file) { (text) throws(RegistryError) in
            for key in document?.keys(of: registry) ?? [] { try text.remove(key, in: "auths") }
            try text.set(CredentialDocument.key(of: registry), in: "auths", to: credential.entry)
        }
        return .file(file)
    }

    /// Forgets what all files and helpers have for a registry.
    ///
    /// - Returns: Where there was something.
    /// - Throws: `invalidConfiguration` when a file cannot be read or written, or a helper fails.
    public func erase(_ registry: String) async throws(RegistryError) -> [Place] {
        var places: [Place] = []
        for file in files {
            guard let document = try Self.read(file) else { continue }
            if let name = try document.helper(for: registry), try await helper(name).credential(of: registry) != nil {
                try await helper(name).erase(registry)
                places.append(.helper(name))
            }
            let keys = document.keys(of: registry)
            guard !keys.isEmpty else { continue }
            let isLogin = try document.credential(registry: registry, repository: "") != nil
            try change(file) { (text) throws(RegistryError) in
                for key in keys { try text.remove(key, in: "auths") }
            }
            if isLogin { places.append(.file(file)) }
        }
        return places
    }

    /// All registries that a file has a login or an entry for.
    ///
    /// - Throws: `invalidConfiguration` when a file that exists cannot be read or understood.
    public func registries() throws(RegistryError) -> [String] {
        var registries: Set<String> = []
        for file in files {
            guard let document = try Self.read(file) else { continue }
            registries.formUnion(document.keys.map(CredentialDocument.normalized))
        }
        return registries.sorted()
    }

    /// Changes a file, or makes it and its directory. A symbolic link stays one: what it leads to is changed.
    private func change(
        _ file: String, _ body: (inout JSONText) throws(RegistryError) -> Void
    ) throws(RegistryError) {
        do {
            let path = try Self.target(of: FilePath(file))
            let directory = path.removingLastComponent()
            try FileManager.default.createDirectory(
                atPath: directory.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // Of two logins at once the second reads what the first has written.
            let lock = try FileLock(waitingForDirectory: directory)
            defer { withExtendedLifetime(lock) {} }
            var text = try JSONText(try ConfigurationFile.read(path.string) ?? [], file: file)
            try body(&text)
            try AtomicFile.write(text.bytes, to: path, mode: 0o600)
        } catch let error as RegistryError {
            throw error
        } catch {
            throw RegistryError(.invalidConfiguration, "cannot write \(file): \(error)", cause: error)
        }
    }

    /// The file that is written when `path` is: where its symbolic links lead, whether or not something is there.
    private static func target(of path: FilePath) throws -> FilePath {
        var path = path
        for _ in 0..<40 {
            guard let last = path.lastComponent, let name = FileName(last) else { break }
            let parent = path.removingLastComponent()
            let directory: DirectoryHandle
            do { directory = try DirectoryHandle(parent.isEmpty ? "." : parent) } catch {
                guard error.isNotFound else { throw error }
                return path
            }
            guard try directory.statusIfExists(of: name)?.kind == .symbolicLink else { return path }
            // An absolute link replaces the path, a relative one goes on from its directory.
            path = parent.pushing(try directory.readLink(name))
        }
        throw RegistryError(.invalidConfiguration, "\(path) has too many symbolic links")
    }
}

extension Credential {
    /// What `auths` has of it.
    fileprivate var entry: JSONValue {
        switch kind {
        case .identityToken(let token): ["identitytoken": .string(token.exposed)]
        case .password(let username, let password):
            ["auth": .string(Data("\(username):\(password.exposed)".utf8).base64EncodedString())]
        }
    }
}
