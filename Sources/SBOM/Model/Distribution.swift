/// The Linux distribution that an image is made of, from `os-release` (os-release(5)).
public struct Distribution: Hashable, Sendable {
    /// `ID`, such as `debian`.
    public var id: String
    /// `ID_LIKE`.
    public var idLike: [String]
    /// `NAME`.
    public var name: String
    /// `PRETTY_NAME`, for people.
    public var prettyName: String
    /// `VERSION_ID`; empty where the distribution has no versions.
    public var versionID: String
    /// `BUILD_ID`.
    public var buildID: String
    /// `CPE_NAME`; empty for none.
    public var cpe: String
    /// `HOME_URL`; empty for none.
    public var homeURL: String

    /// The value of the qualifier `distro` of package URLs, such as `debian-12`.
    var qualifier: String {
        [id, versionID.isEmpty ? buildID : versionID].filter { !$0.isEmpty }.joined(separator: "-")
    }

    /// Reads the file; nil when it names no distribution.
    init?(parsing bytes: [UInt8]) {
        var values: [Substring: String] = [:]
        for line in TextLines(bytes) {
            let line = line.trimmed
            guard !line.hasPrefix("#"), let (key, value) = line.cut("=") else { continue }
            values[key.trimmed] = Self.unquoted(value.trimmed)
        }
        func value(_ key: Substring) -> String { values[key] ?? "" }
        guard !value("ID").isEmpty || !value("NAME").isEmpty else { return nil }
        id = value("ID")
        idLike = value("ID_LIKE").split(separator: " ").map(String.init)
        name = value("NAME")
        prettyName = value("PRETTY_NAME")
        versionID = value("VERSION_ID")
        buildID = value("BUILD_ID")
        cpe = value("CPE_NAME")
        homeURL = value("HOME_URL")
    }

    /// A value as a shell would assign it.
    private static func unquoted(_ text: Substring) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'", text.count >= 2, text.last == quote else {
            return String(text)
        }
        let inside = text.dropFirst().dropLast()
        guard quote == "\"" else { return String(inside) }
        var result = ""
        var isEscaped = false
        for character in inside {
            if !isEscaped, character == "\\" {
                isEscaped = true
                continue
            }
            isEscaped = false
            result.append(character)
        }
        return result
    }

    /// Where the file lies; the first that is there counts.
    private static let places = ["/etc/os-release", "/usr/lib/os-release"]

    /// The distribution of an image; nil when the image does not tell.
    static func identify(_ tree: FileTree) throws -> Distribution? {
        for path in places {
            guard let file = try tree.open(path), let found = Distribution(parsing: try file.all(limit: 1 << 20)) else {
                continue
            }
            return found
        }
        return nil
    }
}
