/// What Maven writes into an archive about a project that is in it: `pom.properties`.
struct MavenProject: Hashable {
    var group: String
    var artifact: String
    var version: String

    init(parsing bytes: [UInt8]) {
        var values: [Substring: Substring] = [:]
        for line in TextLines(bytes) {
            guard !line.trimmed.hasPrefix("#"), let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" })
            else {
                continue
            }
            values[line[..<separator].trimmed] = line[line.index(after: separator)...].trimmed
        }
        group = String(values["groupId"] ?? "")
        artifact = String(values["artifactId"] ?? "")
        version = String(values["version"] ?? "")
    }

    /// The group; some projects have it where the artifact should be.
    var namespace: String {
        let text = group.isEmpty && artifact.contains(".") ? artifact : group
        return String(text.prefix { $0 != ";" }[...].trimmed)
    }

    func package(_ location: Package.Location) -> Package {
        Package(
            kind: Self.kind(group), name: artifact, version: version,
            packageURL: PackageURL(
                "maven", namespace: namespace.isEmpty ? artifact : namespace, name: artifact, version: version),
            locations: [location])
    }

    static func kind(_ group: String) -> Package.Kind {
        let isPlugin = group.contains("io.jenkins.plugins") || group.contains("org.jenkins-ci.plugins")
        return isPlugin || group.contains(".jenkins.plugin") ? .jenkinsPlugin : .java
    }
}
