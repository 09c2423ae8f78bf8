/// A jar as one package: named by Maven if one of its projects is the jar itself, else by the manifest and the file's name.
struct JavaArchive {
    let manifest: JarManifest
    let path: String
    private(set) var name: String
    private(set) var version: String
    private(set) var project: MavenProject?

    init(manifest: JarManifest, path: String, projects: [MavenProject]) {
        self.manifest = manifest
        self.path = path
        let file = ArchiveName(path)
        let own = projects.last { Self.isNamed(file.name, $0, among: projects) }
        let bundle = Self.bundleName(manifest)
        let titles = ["Name", "Bundle-Name", "Short-Name", "Extension-Name", "Implementation-Title"].map {
            manifest[$0]
        }
        name = ([own?.artifact ?? "", bundle, file.artifact] + titles).first { !$0.isEmpty } ?? ""
        let versions = ["Implementation-Version", "Specification-Version", "Plugin-Version", "Bundle-Version"]
            .map(manifest.anywhere)
        version = ([own?.version ?? "", file.version] + versions).first { !$0.isEmpty } ?? ""
    }

    /// Whether a project is the jar of that file name: the artifact of the same name if there is one, else a similar one.
    private static func isNamed(_ file: String, _ project: MavenProject, among projects: [MavenProject]) -> Bool {
        guard !file.isEmpty else { return false }
        if projects.contains(where: { $0.artifact == file }) { return project.artifact == file }
        return project.artifact.hasPrefix(file) || file.hasSuffix(project.artifact)
    }

    /// Maven's bundle plugin makes the symbolic name of group and artifact.
    private static func bundleName(_ manifest: JarManifest) -> String {
        let symbolic = manifest["Bundle-SymbolicName"]
        guard manifest["Created-By"].contains("Apache Maven Bundle Plugin"), !symbolic.isEmpty,
            manifest["Implementation-Vendor-Id"] != symbolic
        else { return "" }
        return symbolic.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    }

    private var namespace: String {
        if let project, !project.namespace.isEmpty { return project.namespace }
        return manifest.group
    }

    /// Takes over what a project says if the project is this jar.
    mutating func absorb(_ other: MavenProject) -> Bool {
        guard other.artifact == name else { return false }
        name = other.artifact
        version = other.version
        if project == nil { project = other }
        return true
    }

    func package(_ location: Package.Location) -> Package {
        let isPlugin = path.hasSuffix(".jpi") || path.hasSuffix(".hpi")
        let kind = MavenProject.kind(namespace)
        let stated = ["Bundle-License", "Plugin-License-Name"].map(manifest.anywhere).filter { !$0.isEmpty }
        let licenses = stated.isEmpty ? project?.licenses ?? [] : stated
        let vendor = manifest["Implementation-Vendor"]
        return Package(
            kind: isPlugin && project == nil ? .jenkinsPlugin : kind, name: name, version: version,
            packageURL: PackageURL(
                "maven", namespace: namespace.isEmpty ? name : namespace, name: name, version: version),
            licenses: licenses, locations: [location], supplier: vendor.isEmpty ? nil : vendor)
    }
}
