/// Packages of dpkg: `/var/lib/dpkg/status`, and the directory of single files that distroless images have in its place
/// (deb-control(5), dpkg(1)).
struct DebianCataloger {
    let tree: FileTree
    let distribution: Distribution?

    func catalog(into findings: inout Findings) {
        for file in tree.files where Self.isDatabase(file.path) {
            findings.read(file.path) { findings in try read(file, &findings) }
        }
    }

    private static func isDatabase(_ path: String) -> Bool {
        if path.hasSuffix("/lib/dpkg/status") { return true }
        return path.parentPath.hasSuffix("/lib/dpkg/status.d") && !path.hasSuffix(".md5sums")
    }

    private func read(_ file: FileTree.File, _ findings: inout Findings) throws {
        var places: [String: Int] = [:]
        var needs: [(Int, [Substring])] = []
        var lines = TextLines(try tree.contents(file)).makeIterator()
        while let fields = HeaderFields.paragraph(&lines) {
            guard !fields["Package"].isEmpty, Self.isInstalled(fields) else { continue }
            let place = try findings.add(try package(fields, file))
            places[fields["Package"]] = place
            for virtual in Self.names(fields["Provides"]) where places[String(virtual)] == nil {
                places[String(virtual)] = place
            }
            needs.append((place, Self.names(fields["Pre-Depends"]) + Self.names(fields["Depends"])))
        }
        for (place, names) in needs {
            for name in names {
                if let other = places[String(name)] { findings.add(dependent: place, dependency: other) }
            }
        }
    }

    /// Of a package that was removed dpkg remembers the settings; its files are gone.
    private static func isInstalled(_ fields: HeaderFields) -> Bool {
        let state = fields["Status"].split(separator: " ").last
        return state != "config-files" && state != "not-installed"
    }

    private func package(_ fields: HeaderFields, _ file: FileTree.File) throws -> Package {
        let name = fields["Package"]
        let version = fields["Version"]
        let source = Self.source(fields["Source"])
        let architecture = fields["Architecture"]
        let isDerived = distribution.map { $0.id == "debian" || $0.idLike.contains("debian") } ?? true
        let url = PackageURL(
            "deb", namespace: isDerived ? distribution?.id ?? "debian" : distribution?.id ?? "", name: name,
            version: version,
            qualifiers: ["arch": architecture, "distro": distribution?.qualifier, "upstream": source])
        let copyright = "/usr/share/doc/\(name)/copyright"
        let licenses = try tree.open(copyright).map { Self.licenses(try $0.all(limit: Limit.document)) } ?? []
        return Package(
            kind: .deb, name: name, version: version, packageURL: url, licenses: licenses, locations: [file.location],
            architecture: architecture.isEmpty ? nil : architecture,
            supplier: fields["Maintainer"].isEmpty ? nil : fields["Maintainer"])
    }

    /// The source package and, if it differs, its version, as `name@version`: `gcc-12 (12.2.0-14)` in the file.
    private static func source(_ text: String) -> String {
        guard let (name, rest) = text[...].cut("(") else { return text }
        return name.trimmed + "@" + rest.prefix { $0 != ")" }
    }

    /// The names in a list such as `libc6 (>= 2.36), libfoo | libbar`; of alternatives all, of which one will be there.
    static func names(_ list: String) -> [Substring] {
        list.split { $0 == "," || $0 == "|" }.compactMap { entry in
            let name = entry.trimmed.prefix { !" \n(:[".contains($0) }
            return name.isEmpty ? nil : name
        }
    }

    /// The licences in a copyright file: those of its `License` fields, and those of Debian's common licences that it points to
    /// (Debian policy 12.5).
    static func licenses(_ bytes: [UInt8]) -> [String] {
        var found: Set<String> = []
        for line in TextLines(bytes) {
            if line.hasPrefix("License: ") {
                let word = line.dropFirst("License: ".count).prefix { !$0.isWhitespace }
                found.insert(Self.withoutStop(word))
            }
            var rest = line
            while let place = rest.firstRange(of: "/usr/share/common-licenses/") {
                rest = rest[place.upperBound...]
                let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
                found.insert(Self.withoutStop(word))
            }
        }
        return found.filter { !$0.isEmpty && $0.lowercased() != "none" }.sorted()
    }

    private static func withoutStop(_ word: Substring) -> String {
        String(word.hasSuffix(".") ? word.dropLast() : word)
    }
}
