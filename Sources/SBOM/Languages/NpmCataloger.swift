internal import OCI

/// JavaScript packages: each `package.json` that has a name (npm's documentation, "package.json").
struct NpmCataloger {
    let tree: FileTree

    func catalog(into findings: inout Findings) {
        for file in tree.files where file.name == "package.json" {
            findings.read(file.path) { findings in
                let json = try JSONValue(parsing: try tree.contents(file))
                guard let name = json["name"]?.stringValue, !name.isEmpty else { return }
                let version = json["version"]?.stringValue ?? ""
                try findings.add(
                    Package(
                        kind: .npm, name: name, version: version, packageURL: Self.url(name, version),
                        licenses: Self.licenses(json), locations: [file.location], supplier: Self.author(json["author"])
                    ))
            }
        }
    }

    private static func url(_ name: String, _ version: String) -> PackageURL {
        guard let (scope, rest) = name[...].cut("/") else { return PackageURL("npm", name: name, version: version) }
        return PackageURL("npm", namespace: String(scope), name: String(rest), version: version)
    }

    /// `license` is a word or, in old packages, an object; `licenses`, older still, is a list of objects.
    private static func licenses(_ json: JSONValue) -> [String] {
        if let license = text(json["license"], "type") { return [license] }
        guard case .array(let list)? = json["licenses"] else { return [] }
        return list.compactMap { text($0, "type") }
    }

    private static func author(_ json: JSONValue?) -> String? { text(json, "name") }

    private static func text(_ json: JSONValue?, _ key: String) -> String? {
        let text = json?.stringValue ?? json?[key]?.stringValue ?? ""
        return text.isEmpty ? nil : text
    }
}
