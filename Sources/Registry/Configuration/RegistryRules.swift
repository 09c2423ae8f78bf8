internal import HTTP
internal import OCI

/// Decides where requests for an image go. A value without I/O.
///
/// The rules are those of containers-registries.conf(5): the rule with the longest prefix counts, and no other. A pull
/// tries its mirrors in their order and then its location; everything else goes to the location.
struct RegistryRules: Hashable, Sendable {
    /// What a request is for.
    enum Purpose: Hashable, Sendable {
        /// To read manifests and blobs, which mirrors have as well.
        case pull
        /// To change what the registry has, or to ask what it has.
        case own
    }

    /// Where a request goes.
    struct Place: Hashable, Sendable {
        /// The image's name there.
        var reference: ImageReference
        var security = EndpointSecurity()
        var isMirror = false
    }

    /// The rules; of two with the same prefix the earlier one counts.
    var rules: [RegistryRule] = []

    /// The places to try for an image, in order; at least one.
    ///
    /// - Throws: `denied` for an image that may not be used, `invalidConfiguration` for a location that makes no name.
    func places(for reference: ImageReference, _ purpose: Purpose) throws(RegistryError) -> [Place] {
        let name = reference.canonicalName
        var best: (rule: RegistryRule, length: Int)?
        for rule in rules {
            if let length = rule.match(name), length > best?.length ?? -1 { best = (rule, length) }
        }
        guard let (rule, length) = best else { return [Place(reference: reference)] }
        guard !rule.isBlocked else {
            throw RegistryError(.denied, "\(reference.canonicalRepository) is blocked by \(rule.origin)")
        }
        var places: [Place] = []
        if purpose == .pull {
            for mirror in rule.mirrors where mirror.use.covers(reference) {
                places.append(try Self.place(mirror.source, reference, rule, length, isMirror: true))
            }
        }
        return places + [try Self.place(rule.source, reference, rule, length, isMirror: false)]
    }

    /// How to reach a registry, `host[:port]`, itself: as the first rule says that leads there.
    func security(of registry: String) -> EndpointSecurity {
        for rule in rules {
            let sources = [rule.source] + rule.mirrors.map(\.source)
            if let source = sources.first(where: {
                $0.location.split(separator: "/").first.map(String.init) == registry
            }) {
                return source.security
            }
            if rule.source.location.isEmpty, rule.match(registry) != nil { return rule.source.security }
        }
        return EndpointSecurity()
    }

    private static func place(
        _ source: RegistryRule.Source, _ reference: ImageReference, _ rule: RegistryRule, _ length: Int, isMirror: Bool
    ) throws(RegistryError) -> Place {
        guard !source.location.isEmpty, source.location != rule.prefix else {
            return Place(reference: reference, security: source.security, isMirror: isMirror)
        }
        let name = source.location + String(decoding: reference.canonicalName.utf8.dropFirst(length), as: UTF8.self)
        do {
            return Place(
                reference: try ImageReference(parsing: name), security: source.security, isMirror: isMirror)
        } catch {
            throw RegistryError(
                .invalidConfiguration,
                "the location \(source.location) in \(rule.origin) makes no image name of \(reference.canonicalName)",
                cause: error)
        }
    }
}

extension RegistryRule.Mirror.Use {
    fileprivate func covers(_ reference: ImageReference) -> Bool {
        switch self {
        case .all: true
        case .digestOnly: reference.digest != nil
        case .tagOnly: reference.digest == nil
        }
    }
}
