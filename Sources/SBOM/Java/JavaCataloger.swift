/// Java archives, and the archives in them: what the manifest says of each, and what Maven says it was made of
/// (`META-INF/maven/…/pom.properties`).
struct JavaCataloger {
    let tree: FileTree

    private static let suffixes = [
        ".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".lpkg",
    ]

    func catalog(into findings: inout Findings) {
        for file in tree.files {
            // Archives of all kinds may hold jars; only those of Java are packages themselves.
            guard Self.isArchive(file.path) || file.path.hasSuffix(".zip") else { continue }
            findings.read(file.path) { findings in
                var budget = Limit.unpacked
                try read(try tree.open(file), file.location, depth: 0, &budget, &findings)
            }
        }
    }

    private static func isArchive(_ path: String) -> Bool { suffixes.contains { path.hasSuffix($0) } }

    /// - Returns: the place of the archive's own package.
    @discardableResult
    private func read(
        _ file: FileBytes, _ location: Package.Location, depth: Int, _ budget: inout Int, _ findings: inout Findings
    ) throws -> Int? {
        guard depth < Limit.nesting else {
            throw SBOMError.tooLarge("archives lie more than \(Limit.nesting) deep in it")
        }
        let archive = try ZipArchive(file)
        let place = Self.isArchive(location.path) ? try addPackages(of: archive, location, &findings) : nil
        for entry in archive.entries where Self.isArchive(entry.name) {
            let nested = Package.Location(path: location.path + ":" + entry.name, layer: location.layer)
            findings.read(nested.path) { findings in
                let bytes = try archive.contents(entry, limit: min(budget, Limit.nestedArchive))
                budget -= bytes.count
                let inner = try read(FileBytes(bytes), nested, depth: depth + 1, &budget, &findings)
                if let place, let inner { findings.add(dependent: place, dependency: inner) }
            }
        }
        return place
    }

    private func addPackages(
        of archive: ZipArchive, _ location: Package.Location, _ findings: inout Findings
    ) throws -> Int? {
        let manifests = archive.entries.filter { $0.name == "META-INF/MANIFEST.MF" }
        guard let entry = manifests.first else { return nil }
        let manifest = JarManifest(parsing: try archive.contents(entry, limit: Limit.manifest))
        // Made to be woven into another program, as whose copy it poses.
        guard manifest.anywhere("Weave-Classes").isEmpty else { return nil }
        var projects: [MavenProject] = []
        for entry in archive.entries where entry.name.hasSuffix("pom.properties") {
            var project = MavenProject(parsing: try archive.contents(entry, limit: Limit.manifest))
            guard !project.artifact.isEmpty, !project.version.isEmpty else { continue }
            let model = entry.name.parentPath + "/pom.xml"
            if let entry = archive.entries.first(where: { $0.name == model }) {
                project.licenses = MavenProject.licenses(inProject: try archive.contents(entry, limit: Limit.manifest))
            }
            projects.append(project)
        }
        var main = JavaArchive(manifest: manifest, path: location.path, projects: projects)
        let others = projects.filter { !main.absorb($0) }
        let place = try findings.add(main.package(location))
        for project in others {
            findings.add(dependent: place, dependency: try findings.add(project.package(location)))
        }
        return place
    }
}
