internal import OCI

/// PHP packages as Composer records them: `vendor/composer/installed.json`, of Composer 1 a list, of Composer 2 an object.
struct ComposerCataloger {
    let tree: FileTree

    func catalog(into findings: inout Findings) {
        for file in tree.files where file.name == "installed.json" {
            findings.read(file.path) { findings in
                let json = try JSONValue(parsing: try tree.contents(file))
                guard case .array(let packages)? = json["packages"] ?? json.list else { return }
                try add(packages, file, &findings)
            }
        }
    }

    private func add(_ packages: [JSONValue], _ file: FileTree.File, _ findings: inout Findings) throws(SBOMError) {
        var places: [String: Int] = [:]
        var needs: [(Int, [String])] = []
        for json in packages {
            guard let name = json["name"]?.stringValue, !name.isEmpty else { continue }
            let version = json["version"]?.stringValue ?? ""
            let place = try findings.add(
                Package(
                    kind: .composer, name: name, version: version, packageURL: Self.url(name, version),
                    licenses: Self.licenses(json["license"]), locations: [file.location]))
            places[name] = place
            if case .object(let requirements)? = json["require"] { needs.append((place, requirements.keys.sorted())) }
        }
        for (place, names) in needs {
            for name in names {
                if let other = places[name] { findings.add(dependent: place, dependency: other) }
            }
        }
    }

    private static func url(_ name: String, _ version: String) -> PackageURL {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return PackageURL("composer", name: name, version: version) }
        return PackageURL(
            "composer", namespace: String(parts[0]), name: parts.dropFirst().joined(separator: "-"), version: version)
    }

    private static func licenses(_ json: JSONValue?) -> [String] {
        if let text = json?.stringValue { return [text] }
        guard case .array(let list)? = json else { return [] }
        return list.compactMap(\.stringValue).filter { !$0.isEmpty }
    }
}

extension JSONValue {
    /// Itself, if it is an array.
    fileprivate var list: JSONValue? {
        if case .array = self { return self }
        return nil
    }
}
