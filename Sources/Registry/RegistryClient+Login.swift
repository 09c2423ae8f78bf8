public import HTTP
internal import OCI

extension RegistryClient {
    /// Asks a registry whether it knows a credential.
    ///
    /// - Parameter registry: `host[:port]`, or `docker.io`.
    /// - Returns: Whether the registry asked for it; one that asks nobody cannot tell.
    /// - Throws: `unauthorized` when it does not; `unreachable` and so on.
    @concurrent
    public func verify(_ credential: Credential, at registry: String) async throws(RegistryError) -> Bool {
        let session = try session(at: registry, credential: credential)
        let request = RegistryRequest(target: .path("/v2/"), scope: .none, subject: "the API")
        try await session.perform(request) { response in await response.discard() }
        return await session.isChallenged
    }

    /// The registry that a user means: `host[:port]`, as it is or in a URL; nothing for Docker Hub.
    ///
    /// - Throws: `invalidConfiguration` for what image names cannot begin with.
    public static func registry(named text: String?) throws(RegistryError) -> String {
        guard let text, !text.isEmpty else { return ImageReference.defaultRegistry }
        let name = CredentialDocument.normalized(text)
        guard name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") }) else {
            throw RegistryError(.invalidConfiguration, "\"\(text)\" is no registry: it has a path")
        }
        guard let reference = try? ImageReference(parsing: name + "/x/x"), reference.registry == name else {
            throw RegistryError(
                .invalidConfiguration, "\"\(text)\" is no registry: a name such as host.example or host:5000 is")
        }
        return name
    }
}
