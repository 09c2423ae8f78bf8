/// Packages of rpm: its database in SQLite (from rpm 4.16 on), ndb (SUSE) or Berkeley DB's hash (before).
struct RPMCataloger {
    let tree: FileTree
    let distribution: Distribution?

    func catalog(into findings: inout Findings) {
        for file in tree.files {
            guard Self.directories.contains(where: { file.path.parentPath.hasSuffix($0) }) else { continue }
            let reader: (FileBytes) throws -> [[UInt8]]
            switch file.name {
            case "rpmdb.sqlite": reader = RPMSQLite.headers
            case "Packages.db": reader = RPMNative.headers
            case "Packages": reader = RPMBerkeley.headers
            default: continue
            }
            findings.read(file.path) { findings in try read(reader(try tree.open(file)), file, &findings) }
        }
    }

    private static let directories = ["/var/lib/rpm", "/usr/share/rpm", "/usr/lib/sysimage/rpm"]

    private func read(_ headers: [[UInt8]], _ file: FileTree.File, _ findings: inout Findings) throws {
        var providers: [String: Int] = [:]
        var needs: [(Int, [String])] = []
        for bytes in headers {
            findings.read(file.path) { findings in
                let header = try RPMHeader(parsing: bytes)
                guard let package = package(header, file) else { return }
                let place = try findings.add(package)
                for name in header.strings(.provideName) { providers[name] = place }
                needs.append((place, header.strings(.requireName)))
            }
        }
        for (place, names) in needs {
            for name in Set(names).sorted() {
                if let other = providers[name] { findings.add(dependent: place, dependency: other) }
            }
        }
    }

    private func package(_ header: RPMHeader, _ file: FileTree.File) -> Package? {
        let name = header.string(.name)
        guard !name.isEmpty else { return nil }
        let release = header.string(.version) + "-" + header.string(.release)
        let epoch = header.integer(.epoch).map(String.init)
        let architecture = header.string(.architecture)
        let vendor = header.string(.vendor)
        let namespace = distribution?.id == "rhel" ? "redhat" : distribution?.id ?? ""
        let url = PackageURL(
            "rpm", namespace: namespace, name: name, version: release,
            qualifiers: [
                "arch": architecture, "distro": distribution?.qualifier, "epoch": epoch,
                "upstream": header.string(.sourcePackage),
            ])
        return Package(
            kind: .rpm, name: name, version: epoch.map { $0 + ":" + release } ?? release, packageURL: url,
            licenses: [header.string(.license)].filter { !$0.isEmpty }, locations: [file.location],
            architecture: architecture.isEmpty ? nil : architecture, supplier: vendor.isEmpty ? nil : vendor)
    }
}
