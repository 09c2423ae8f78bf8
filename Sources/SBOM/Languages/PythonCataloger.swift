internal import OCI

/// Python's distributions as pip, setuptools and Debian install them: the metadata of wheels and eggs (PyPA specifications, "Core
/// metadata", "Recording installed projects").
struct PythonCataloger {
    let tree: FileTree

    func catalog(into findings: inout Findings) {
        for file in tree.files where Self.isMetadata(file.path) {
            findings.read(file.path) { findings in
                if let package = try package(file) { try findings.add(package) }
            }
        }
    }

    private static func isMetadata(_ path: String) -> Bool {
        let parent = path.parentPath
        switch path.lastPathComponent {
        case "METADATA": return parent.hasSuffix("dist-info") || parent.hasSuffix("DIST-INFO")
        case "PKG-INFO": return parent.hasSuffix("egg-info") || parent.hasSuffix("EGG-INFO")
        case let name: return name.hasSuffix(".egg-info")
        }
    }

    private func package(_ file: FileTree.File) throws -> Package? {
        // Behind the fields stands the description.
        var lines = TextLines(try tree.contents(file)).makeIterator()
        // Python itself has an egg-info of its own.
        guard let fields = HeaderFields.paragraph(&lines), !fields["Name"].isEmpty, fields["Name"] != "Python" else {
            return nil
        }
        let name = Self.normalized(fields["Name"])
        let isDirectory = !file.name.hasSuffix(".egg-info")
        let origin = isDirectory ? try origin(in: file.path.parentPath) : nil
        let license = fields["License-Expression"].isEmpty ? fields["License"] : fields["License-Expression"]
        let author = fields["Author"].isEmpty ? fields["Author-email"] : fields["Author"]
        return Package(
            kind: .python, name: name, version: fields["Version"],
            packageURL: PackageURL("pypi", name: name, version: fields["Version"], qualifiers: ["vcs_url": origin]),
            licenses: license.isEmpty || license == "UNKNOWN" ? [] : [license], locations: [file.location],
            supplier: author.isEmpty || author == "UNKNOWN" ? nil : author)
    }

    /// The name as indexes compare it (PyPA specifications, "Names and normalization").
    static func normalized(_ name: String) -> String {
        name.split { "-_.".contains($0) }.joined(separator: "-").lowercased()
    }

    /// The repository that a distribution was installed from (PyPA specifications, "Direct URL data structure").
    private func origin(in directory: Substring) throws -> String? {
        guard let bytes = try tree.open(directory + "/direct_url.json")?.all(limit: Limit.manifest) else { return nil }
        let json = try JSONValue(parsing: bytes)
        guard let system = json["vcs_info"]?["vcs"]?.stringValue, !system.isEmpty else { return nil }
        return "\(system)+\(json["url"]?.stringValue ?? "")@\(json["vcs_info"]?["commit_id"]?.stringValue ?? "")"
    }
}
