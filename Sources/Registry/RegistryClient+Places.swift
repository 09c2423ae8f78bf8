internal import HTTP
internal import OCI
internal import Synchronization

extension RegistryClient {
    /// What is known of places: who answers there, and which of them were of use.
    struct Places: Sendable {
        struct Key: Hashable, Sendable {
            var registry: String
            var security: EndpointSecurity
            var isMirror: Bool
        }

        var rules: RegistryRules?
        var sessions: [Key: RegistrySession] = [:]
        /// Mirrors that could not be reached; they are asked last from then on.
        var lost: Set<Key> = []
        /// The place that had what was asked for, by repository: what belongs together is fetched together.
        var proven: [String: Key] = [:]
    }

    /// The one place where a repository really is; mirrors are none.
    func own(_ reference: ImageReference) throws(RegistryError) -> RegistryPlace {
        let candidates = try candidates(for: reference, .own)
        guard let (_, place) = candidates.first else { throw Self.noPlace(reference) }
        return place
    }

    /// Carries out `body` for the places that have an image, one after the other, until it succeeds.
    ///
    /// - Throws: the failure at the last place; its message names all that were tried.
    func reading<Result>(
        _ reference: ImageReference, for purpose: RegistryRules.Purpose = .pull,
        _ body: (RegistryPlace) async throws(RegistryError) -> Result
    ) async throws(RegistryError) -> Result {
        var failures: [String] = []
        var last: (error: RegistryError, place: RegistryPlace)?
        for (key, place) in try candidates(for: reference, purpose) {
            do {
                let result = try await body(place)
                places.withLock { places in
                    if purpose == .pull { places.proven[reference.canonicalRepository] = key }
                    places.lost.remove(key)
                }
                return result
            } catch {
                guard Self.mayBeElsewhere(error) else { throw error }
                if let last { failures.append("\(last.place.reference.canonicalRepository): \(last.error.message)") }
                last = (error, place)
                if place.isMirror, Self.isLoss(error) { places.withLock { _ = $0.lost.insert(key) } }
            }
        }
        guard var error = last?.error else { throw Self.noPlace(reference) }
        if !failures.isEmpty {
            error.message += " (tried before: \(failures.joined(separator: "; ")))"
            error.isTransient = false
        }
        throw error
    }

    /// The places for an image, those first that were of use before and those last that could not be reached.
    private func candidates(
        for reference: ImageReference, _ purpose: RegistryRules.Purpose
    ) throws(RegistryError) -> [(key: Places.Key, place: RegistryPlace)] {
        try places.withLock { (places) throws(RegistryError) in
            if places.rules == nil { places.rules = try configuration.files.rules() }
            var candidates: [(key: Places.Key, place: RegistryPlace)] = []
            for choice in try places.rules?.places(for: reference, purpose) ?? [] {
                let key = Places.Key(
                    registry: choice.reference.registry, security: choice.security, isMirror: choice.isMirror)
                let session: RegistrySession
                if let known = places.sessions[key] {
                    session = known
                } else {
                    session = try newSession(key, configuration)
                }
                places.sessions[key] = session
                candidates.append(
                    (key, RegistryPlace(session: session, reference: choice.reference, isMirror: choice.isMirror)))
            }
            let proven = places.proven[reference.canonicalRepository]
            func rank(_ key: Places.Key) -> Int { key == proven ? 0 : places.lost.contains(key) ? 2 : 1 }
            return candidates.enumerated().sorted {
                (rank($0.element.key), $0.offset) < (rank($1.element.key), $1.offset)
            }.map(\.element)
        }
    }

    /// A session with a registry itself, for whoever has `credential`.
    func session(at registry: String, credential: Credential) throws(RegistryError) -> RegistrySession {
        let rules = try configuration.files.rules()
        var configuration = configuration
        configuration.credentials = CredentialStore(credential)
        return try newSession(
            Places.Key(registry: registry, security: rules.security(of: registry), isMirror: false), configuration)
    }

    private func newSession(
        _ key: Places.Key, _ configuration: RegistryConfiguration
    ) throws(RegistryError) -> RegistrySession {
        var security = key.security
        security.tls = security.tls.merging(try configuration.files.certificates(for: key.registry))
        var configuration = configuration
        // Whoever comes after a mirror is the next attempt.
        if key.isMirror { configuration.http.retries.maximumAttempts = 1 }
        return RegistrySession(
            endpoint: try RegistryEndpoint(registry: key.registry, security: security), configuration: configuration,
            transport: transport)
    }

    /// Whether another place may do what this one could not.
    private static func mayBeElsewhere(_ error: RegistryError) -> Bool {
        ![.canceled, .store, .invalidConfiguration, .tooLarge].contains(error.code)
    }

    /// Whether a place is worth no further question.
    private static func isLoss(_ error: RegistryError) -> Bool {
        [.unreachable, .connectionLost, .tls, .untrusted, .certificateWanted, .unauthorized].contains(error.code)
    }

    private static func noPlace(_ reference: ImageReference) -> RegistryError {
        RegistryError(.invalidConfiguration, "there is no place for \(reference.canonicalName)")
    }
}
