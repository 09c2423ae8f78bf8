internal import FileSystem
internal import HTTP
internal import OCI
internal import SystemPackage

/// The files that say where registries are and whom to trust, read when a registry is first contacted.
///
/// Rules: `$SLIPWAY_REGISTRIES`, or the user's `slipway/registries.toml` and `/etc/slipway/registries.toml`; then those of
/// containers-registries.conf(5): `$CONTAINERS_REGISTRIES_CONF`, or the user's `containers/registries.conf`, or
/// `/etc/containers/registries.conf`, and what the directories `registries.conf.d` hold. Of rules with the same prefix the
/// first counts, in directories the last.
///
/// Certificates: containers-certs.d(5) in the user's and in `/etc`, and docker's.
public struct RegistryFiles: Hashable, Sendable {
    private var own: [String] = []
    private var containers: [String] = []
    private var dropIns: [String] = []
    private var certificates: [String] = []
    /// Whether the user named the first file of a list, so that it must exist.
    private var ownIsNamed = false
    private var containersIsNamed = false

    /// No files.
    public static let none = RegistryFiles()

    private init() {}

    /// The files that the variables of `environment` lead to.
    ///
    /// - Parameter system: where the machine's settings lie; `/etc`.
    public init(environment: [String: String], system: String = "/etc") {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = variable("HOME")
        // The XDG base directory specification has relative paths ignored.
        let xdg = variable("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        let configuration = xdg ?? home.map { $0 + "/.config" }
        if let named = variable("SLIPWAY_REGISTRIES") {
            (own, ownIsNamed) = ([named], true)
        } else {
            own = [configuration.map { $0 + "/slipway/registries.toml" }, system + "/slipway/registries.toml"]
                .compactMap(\.self)
        }
        // The man pages have these in $HOME, whatever $XDG_CONFIG_HOME says.
        let user = home.map { $0 + "/.config/containers" }
        if let named = variable("CONTAINERS_REGISTRIES_CONF") {
            (containers, containersIsNamed) = ([named], true)
        } else {
            containers = [user.map { $0 + "/registries.conf" }, system + "/containers/registries.conf"].compactMap(
                \.self)
            dropIns = [system + "/containers/registries.conf.d", user.map { $0 + "/registries.conf.d" }]
                .compactMap(\.self)
        }
        certificates = [
            user.map { $0 + "/certs.d" }, system + "/containers/certs.d", system + "/docker/certs.d",
        ].compactMap(\.self)
    }

    /// All rules, those that count first.
    ///
    /// - Throws: `invalidConfiguration` for a file that cannot be read or understood.
    func rules() throws(RegistryError) -> RegistryRules {
        var rules: [RegistryRule] = []
        for file in own {
            guard let bytes = try Self.read(file, mustExist: ownIsNamed) else { continue }
            rules += try RegistryRules(parsing: bytes, file: file, dialect: .slipway).rules
        }
        // The last file of the directories counts most, and all of them more than the main file.
        var additions: [String] = []
        for directory in dropIns {
            additions += try Self.names(in: directory).filter { $0.hasSuffix(".conf") }.map { directory + "/" + $0 }
        }
        for file in additions.reversed() {
            guard let bytes = try Self.read(file, mustExist: false) else { continue }
            rules += try RegistryRules(parsing: bytes, file: file, dialect: .containers).rules
        }
        for file in containers {
            guard let bytes = try Self.read(file, mustExist: containersIsNamed) else { continue }
            rules += try RegistryRules(parsing: bytes, file: file, dialect: .containers).rules
            break
        }
        return RegistryRules(rules: rules)
    }

    /// The certificates that the directories have for a registry, `host[:port]`: authorities `*.crt`, and the client's
    /// `NAME.cert` with `NAME.key`.
    ///
    /// - Throws: `invalidConfiguration` for a certificate without its key or the other way round.
    func certificates(for registry: String) throws(RegistryError) -> TLSSettings {
        var settings = TLSSettings()
        guard !registry.contains("/"), registry != "..", registry != "." else { return settings }
        for directory in certificates.map({ $0 + "/" + registry }) {
            let names = try Self.names(in: directory)
            settings.authorities += names.filter { $0.hasSuffix(".crt") }.map { directory + "/" + $0 }
            for name in names where name.hasSuffix(".cert") {
                let key = name.dropLast(5) + ".key"
                guard names.contains(String(key)) else {
                    throw RegistryError(.invalidConfiguration, "\(directory)/\(name) has no \(key) beside it")
                }
                if settings.client == nil {
                    settings.client = TLSSettings.Client(
                        certificate: directory + "/" + name, key: directory + "/" + key)
                }
            }
            for name in names where name.hasSuffix(".key") && !names.contains(name.dropLast(4) + ".cert") {
                throw RegistryError(
                    .invalidConfiguration, "\(directory)/\(name) has no \(name.dropLast(4)).cert beside it")
            }
        }
        return settings
    }

    /// The sorted names in a directory; none where there is no such directory.
    private static func names(in directory: String) throws(RegistryError) -> [String] {
        do {
            let handle = try DirectoryHandle(FilePath(directory))
            return try handle.entries().map(\.name.description).sorted()
        } catch {
            if error.isNotFound { return [] }
            throw RegistryError(.invalidConfiguration, "cannot read \(directory): \(error)", cause: error)
        }
    }

    private static func read(_ file: String, mustExist: Bool) throws(RegistryError) -> [UInt8]? {
        guard let bytes = try ConfigurationFile.read(file) else {
            guard !mustExist else { throw RegistryError(.invalidConfiguration, "\(file) does not exist") }
            return nil
        }
        return bytes
    }
}
