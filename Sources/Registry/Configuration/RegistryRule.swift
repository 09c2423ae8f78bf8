internal import HTTP

/// What a `[[registry]]` table of registries.toml or registries.conf says of the images whose names begin with a prefix.
struct RegistryRule: Hashable, Sendable {
    /// A place that images can be had from.
    struct Source: Hashable, Sendable {
        /// `host[:port][/namespace…]`, in place of the prefix; empty to leave names as they are.
        var location: String
        /// How to reach it.
        var security = EndpointSecurity()
    }

    /// A place that is asked before the location.
    struct Mirror: Hashable, Sendable {
        /// Which pulls a mirror serves.
        enum Use: String, Hashable, Sendable {
            case all
            case digestOnly = "digest-only"
            case tagOnly = "tag-only"
        }

        var source: Source
        var use = Use.all
    }

    /// `host[:port]`, that with a namespace or repository, perhaps with a tag or digest, or `*.host`.
    var prefix: String
    var source: Source
    /// Whether images of these names may not be used.
    var isBlocked = false
    var mirrors: [Mirror] = []
    /// The file and line that the rule is from, for errors.
    var origin = ""

    /// How much of `name`, a canonical name with tag and digest, the prefix covers, in bytes; nil when it is for others.
    func match(_ name: String) -> Int? {
        let name = name.utf8
        if prefix.hasPrefix("*.") {
            let host = name.prefix { $0 != UInt8(ascii: "/") }
            let domain = host.prefix { $0 != UInt8(ascii: ":") }
            let suffix = prefix.utf8.dropFirst()
            return domain.count > suffix.count && domain.suffix(suffix.count).elementsEqual(suffix) ? domain.count : nil
        }
        guard name.starts(with: prefix.utf8) else { return nil }
        guard let next = name.dropFirst(prefix.utf8.count).first else { return prefix.utf8.count }
        // A colon behind a host begins its port, which makes it another registry.
        let separators = prefix.utf8.contains(UInt8(ascii: "/")) ? ":/@" : "/"
        return separators.utf8.contains(next) ? prefix.utf8.count : nil
    }
}

/// How a connection to a registry is made.
struct EndpointSecurity: Hashable, Sendable {
    /// Whether plain HTTP and certificates of unknown authorities will do.
    var isInsecure = false
    /// Authorities that are trusted beside the system's, and who the client is.
    var tls = TLSSettings()
}
