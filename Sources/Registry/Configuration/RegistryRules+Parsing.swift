internal import HTTP
internal import TOML

extension RegistryRules {
    /// Whose words a file is written in.
    enum Dialect: Hashable, Sendable {
        /// registries.toml: certificates can be named, and what is not known is refused.
        case slipway
        /// containers-registries.conf(5): what is not known is for other programs.
        case containers
    }

    /// Reads a file.
    ///
    /// - Throws: `invalidConfiguration` with file and line.
    init(parsing bytes: [UInt8], file: String, dialect: Dialect) throws(RegistryError) {
        let document: TOMLTable
        do { document = try TOMLTable(parsing: bytes) } catch {
            let text = error.text.isEmpty ? "" : " (\(error.text))"
            throw RegistryError(.invalidConfiguration, "\(file):\(error.line): \(error.message)\(text)", cause: error)
        }
        let reader = RuleReader(file: file, dialect: dialect)
        try reader.refuseOthers(in: document, than: ["registry"])
        rules = try reader.tables("registry", of: document).map(reader.rule)
        if dialect == .containers, let old = document["registries"]?.tableValue { rules += try reader.oldRules(old) }
        if dialect == .slipway {
            for (position, rule) in rules.enumerated()
            where rules[..<position].contains(where: { $0.prefix == rule.prefix }) {
                throw RegistryError(.invalidConfiguration, "\(rule.origin): the prefix \(rule.prefix) stands twice")
            }
        }
    }
}

/// Turns tables into rules.
private struct RuleReader {
    let file: String
    let dialect: RegistryRules.Dialect

    private static let tlsKeys: Set = ["ca", "client-certificate", "client-key"]

    func failure(_ line: Int, _ message: String) -> RegistryError {
        RegistryError(.invalidConfiguration, "\(file):\(line): \(message)")
    }

    func refuseOthers(in table: TOMLTable, than known: Set<String>) throws(RegistryError) {
        guard dialect == .slipway else { return }
        for (key, member) in table.members where !known.contains(key) {
            throw failure(
                member.line, "unknown key \"\(key)\"; known here: \(known.sorted().joined(separator: ", "))")
        }
    }

    func tables(_ key: String, of table: TOMLTable) throws(RegistryError) -> [TOMLTable] {
        guard let member = table.members[key] else { return [] }
        let elements = member.value.arrayValue?.map(\.tableValue)
        guard let tables = elements?.compactMap(\.self), tables.count == elements?.count else {
            throw failure(member.line, "\"\(key)\" must be written as [[\(key)]]")
        }
        return tables
    }

    func rule(_ table: TOMLTable) throws(RegistryError) -> RegistryRule {
        try refuseOthers(
            in: table,
            than: Self.tlsKeys.union(["prefix", "location", "insecure", "blocked", "mirror", "mirror-by-digest-only"]))
        let location = try location(of: table)
        let prefix = try prefix(of: table) ?? location
        guard !prefix.isEmpty else { throw failure(table.line, "a [[registry]] needs a location or a prefix") }
        guard !location.isEmpty || prefix.hasPrefix("*.") || dialect == .slipway else {
            throw failure(table.line, "a [[registry]] with a prefix needs a location")
        }
        var rule = RegistryRule(
            prefix: prefix, source: RegistryRule.Source(location: location, security: try security(of: table)))
        rule.origin = "\(file):\(table.line)"
        rule.isBlocked = try boolean("blocked", of: table) ?? false
        let byDigest = try boolean("mirror-by-digest-only", of: table) ?? false
        for mirror in try tables("mirror", of: table) {
            rule.mirrors.append(try self.mirror(mirror, byDigest: byDigest))
        }
        return rule
    }

    private func mirror(_ table: TOMLTable, byDigest: Bool) throws(RegistryError) -> RegistryRule.Mirror {
        try refuseOthers(in: table, than: Self.tlsKeys.union(["location", "insecure", "pull-from-mirror"]))
        let location = try location(of: table)
        guard !location.isEmpty else { throw failure(table.line, "a [[registry.mirror]] needs a location") }
        var mirror = RegistryRule.Mirror(
            source: RegistryRule.Source(location: location, security: try security(of: table)),
            use: byDigest ? .digestOnly : .all)
        if let text = try string("pull-from-mirror", of: table), !text.isEmpty {
            guard !byDigest else {
                throw failure(table.line, "pull-from-mirror and mirror-by-digest-only exclude each other")
            }
            guard let use = RegistryRule.Mirror.Use(rawValue: text) else {
                throw failure(table.line, "pull-from-mirror is all, digest-only or tag-only, not \"\(text)\"")
            }
            mirror.use = use
        }
        return mirror
    }

    /// The lists of version 1, as far as they say something of registries.
    func oldRules(_ table: TOMLTable) throws(RegistryError) -> [RegistryRule] {
        var rules: [RegistryRule] = []
        for key in ["insecure", "block"] {
            for name in table[key]?.tableValue?["registries"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
                var rule =
                    rules.first { $0.prefix == name }
                    ?? RegistryRule(prefix: name, source: RegistryRule.Source(location: name))
                rules.removeAll { $0.prefix == name }
                rule.origin = "\(file):\(table.line)"
                if key == "insecure" { rule.source.security.isInsecure = true } else { rule.isBlocked = true }
                rules.append(rule)
            }
        }
        return rules
    }

    // MARK: Members

    private func string(_ key: String, of table: TOMLTable) throws(RegistryError) -> String? {
        guard let member = table.members[key] else { return nil }
        guard let text = member.value.stringValue else { throw failure(member.line, "\"\(key)\" must be a string") }
        return text
    }

    private func boolean(_ key: String, of table: TOMLTable) throws(RegistryError) -> Bool? {
        guard let member = table.members[key] else { return nil }
        guard let value = member.value.booleanValue else {
            throw failure(member.line, "\"\(key)\" must be true or false")
        }
        return value
    }

    private func location(of table: TOMLTable) throws(RegistryError) -> String {
        guard let text = try string("location", of: table) else { return "" }
        guard !text.contains("://") else {
            throw failure(table.line, "the location \"\(text)\" has a scheme; write host[:port][/path]")
        }
        return Self.withoutSlashes(text)
    }

    private func prefix(of table: TOMLTable) throws(RegistryError) -> String? {
        guard let text = try string("prefix", of: table), !text.isEmpty else { return nil }
        guard !text.contains("://") else {
            throw failure(table.line, "the prefix \"\(text)\" has a scheme; write host[:port][/path]")
        }
        let isWild = text.hasPrefix("*.") && !text.dropFirst(2).contains { "/:@".contains($0) } && text.count > 2
        guard !text.contains("*") || isWild && !text.dropFirst(2).contains("*") else {
            throw failure(table.line, "the prefix \"\(text)\" has a * elsewhere than in *.host")
        }
        return Self.withoutSlashes(text)
    }

    private static func withoutSlashes(_ text: String) -> String {
        String(text.reversed().drop { $0 == "/" }.reversed())
    }

    private func security(of table: TOMLTable) throws(RegistryError) -> EndpointSecurity {
        var security = EndpointSecurity(isInsecure: try boolean("insecure", of: table) ?? false)
        guard dialect == .slipway else { return security }
        if let file = try path("ca", of: table) { security.tls.authorities = [file] }
        let certificate = try path("client-certificate", of: table)
        let key = try path("client-key", of: table)
        guard (certificate == nil) == (key == nil) else {
            throw failure(table.line, "client-certificate and client-key belong together")
        }
        if let certificate, let key { security.tls.client = TLSSettings.Client(certificate: certificate, key: key) }
        return security
    }

    /// A file; relative to the directory of the one that names it.
    private func path(_ key: String, of table: TOMLTable) throws(RegistryError) -> String? {
        guard let text = try string(key, of: table), !text.isEmpty else { return nil }
        guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
        return file[...slash] + text
    }
}
