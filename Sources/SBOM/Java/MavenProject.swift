/// What Maven writes into an archive about a project that is in it: `pom.properties`.
struct MavenProject: Hashable {
    var group: String
    var artifact: String
    var version: String
    /// The names of the licences in the project's `pom.xml`.
    var licenses: [String] = []

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
            licenses: licenses, locations: [location])
    }

    static func kind(_ group: String) -> Package.Kind {
        let isPlugin = group.contains("io.jenkins.plugins") || group.contains("org.jenkins-ci.plugins")
        return isPlugin || group.contains(".jenkins.plugin") ? .jenkinsPlugin : .java
    }

    /// The names in the first list of licences of a `pom.xml`. It is searched for tags, not parsed: no entity and no nesting in it can
    /// do harm, and a list in a comment is a licence too many.
    static func licenses(inProject bytes: [UInt8]) -> [String] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let list = element("licenses", in: text[...])?.inside else { return [] }
        var rest = list
        var names: [String] = []
        while let license = element("license", in: rest) {
            if let name = element("name", in: license.inside)?.inside.trimmed, !name.isEmpty {
                names.append(String(name))
            }
            rest = license.rest
        }
        return names
    }

    private static func element(_ name: String, in text: Substring) -> (inside: Substring, rest: Substring)? {
        guard let start = text.firstRange(of: "<\(name)>") else { return nil }
        let behind = text[start.upperBound...]
        guard let end = behind.firstRange(of: "</\(name)>") else { return nil }
        return (behind[..<end.lowerBound], behind[end.upperBound...])
    }
}
