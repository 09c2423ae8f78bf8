/// Ruby's gems: the specifications that `gem install` and Debian leave in `specifications/`. They are Ruby programs, in the form
/// in which RubyGems writes them: one assignment a line.
struct GemCataloger {
    let tree: FileTree

    func catalog(into findings: inout Findings) {
        for file in tree.files where file.name.hasSuffix(".gemspec") && file.path.contains("/specifications/") {
            findings.read(file.path) { findings in
                var values: [String: Substring] = [:]
                for line in TextLines(try tree.contents(file, limit: Limit.manifest)) {
                    Self.read(line.trimmed, into: &values)
                }
                guard let name = values["name"].map(String.init), !name.isEmpty else { return }
                let version = String(values["version"] ?? "")
                try findings.add(
                    Package(
                        kind: .gem, name: name, version: version,
                        packageURL: PackageURL("gem", name: name, version: version),
                        licenses: Self.list(values["licenses"] ?? ""), locations: [file.location]))
            }
        }
    }

    /// Takes the value of a line such as `s.version = "1.0.4".freeze`.
    private static func read(_ line: Substring, into values: inout [String: Substring]) {
        for attribute in ["name", "version", "licenses"] {
            guard let place = line.firstRange(of: "." + attribute) else { continue }
            var rest = line[place.upperBound...].trimmed
            guard rest.hasPrefix("=") else { continue }
            rest = rest.dropFirst().trimmed
            let isList = attribute == "licenses"
            guard let first = rest.first, isList ? first == "[" : first == "\"" || first == "'" else { continue }
            let end = rest.lastIndex { isList ? $0 == "]" : $0 == "\"" || $0 == "'" }
            guard let end, end > rest.startIndex else { continue }
            values[attribute] = rest[rest.index(after: rest.startIndex)..<end]
            return
        }
    }

    private static func list(_ text: Substring) -> [String] {
        text.split(separator: ",").map { item in
            var item = item.trimmed
            if item.hasSuffix(".freeze") { item = item.dropLast(".freeze".count) }
            return String(item.filter { $0 != "\"" && $0 != "'" })
        }.filter { !$0.isEmpty }
    }
}
