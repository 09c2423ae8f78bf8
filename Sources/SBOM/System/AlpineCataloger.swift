/// Packages of apk: `lib/apk/db/installed` (Alpine's package database: one letter, a colon, the value).
struct AlpineCataloger {
    let tree: FileTree
    let distribution: Distribution?

    func catalog(into findings: inout Findings) {
        for file in tree.files where file.path.hasSuffix("/lib/apk/db/installed") {
            findings.read(file.path) { findings in try read(file, &findings) }
        }
    }

    private struct Entry {
        var fields: [Substring: Substring] = [:]
        func callAsFunction(_ key: Substring) -> String { String(fields[key] ?? "") }
    }

    private func read(_ file: FileTree.File, _ findings: inout Findings) throws {
        var providers: [Substring: Int] = [:]
        var needs: [(Int, Substring)] = []
        func end(_ entry: Entry) throws {
            guard !entry("P").isEmpty else { return }
            let place = try findings.add(package(entry, file))
            providers[entry.fields["P"] ?? ""] = place
            for word in (entry.fields["p"] ?? "").split(separator: " ") { providers[Self.name(word)] = place }
            for word in (entry.fields["D"] ?? "").split(separator: " ") where !word.hasPrefix("!") {
                needs.append((place, Self.name(word)))
            }
        }
        var entry = Entry()
        for line in TextLines(try tree.contents(file)) {
            if line.isEmpty {
                try end(entry)
                entry = Entry()
            } else if let (key, value) = line.cut(":"), "PVAoLDpm".contains(key), !value.isEmpty {
                entry.fields[key] = value
            }
        }
        try end(entry)
        for (place, name) in needs {
            if let other = providers[name] { findings.add(dependent: place, dependency: other) }
        }
    }

    /// The name in `so:libc.musl-x86_64.so.1=1` or `busybox>=1.3`.
    private static func name(_ word: Substring) -> Substring { word.prefix { !"<>=~".contains($0) } }

    private func package(_ entry: Entry, _ file: FileTree.File) -> Package {
        let name = entry("P")
        let origin = entry("o")
        let url = PackageURL(
            "apk", namespace: distribution?.id.lowercased() ?? "alpine", name: name, version: entry("V"),
            qualifiers: [
                "arch": entry("A"), "distro": distribution?.qualifier, "upstream": origin == name ? nil : origin,
            ])
        let license = entry("L")
        // Old packages list licences with nothing between them but blanks.
        let licenses =
            LicenseExpression(license) != nil ? [license] : license.split(separator: " ").map(String.init)
        return Package(
            kind: .apk, name: name, version: entry("V"), packageURL: url, licenses: licenses.filter { !$0.isEmpty },
            locations: [file.location], architecture: entry("A").isEmpty ? nil : entry("A"),
            supplier: entry("m").isEmpty ? nil : entry("m"))
    }
}
