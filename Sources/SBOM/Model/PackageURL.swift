/// A package URL such as `pkg:deb/debian/bash@5.2.15-2%2Bb13?arch=amd64` (package-url/purl-spec).
public struct PackageURL: Hashable, Sendable {
    /// The type, such as `deb`.
    public var type: String
    /// What the name is unique in; several segments are separated by slashes. Empty for none.
    public var namespace: String
    /// The name.
    public var name: String
    /// The version; empty for none.
    public var version: String
    /// Keys and values in the order in which they are written; empty values are left out.
    public var qualifiers: [Qualifier]
    /// A path within the package; empty for none.
    public var subpath: String

    /// A qualifier.
    public struct Qualifier: Hashable, Sendable {
        var key: String
        var value: String
    }

    init(
        _ type: String, namespace: String = "", name: String, version: String,
        qualifiers: KeyValuePairs<String, String?> = [:], subpath: String = ""
    ) {
        self.type = type
        self.namespace = namespace
        self.name = name
        self.version = version
        self.qualifiers = qualifiers.compactMap { key, value in
            guard let value, !value.isEmpty else { return nil }
            return Qualifier(key: key, value: value)
        }
        self.subpath = subpath
    }
}

extension PackageURL: CustomStringConvertible {
    /// The URL.
    public var description: String {
        var text = "pkg:" + type + "/"
        for segment in namespace.split(separator: "/") { text += Self.escaped(segment) + "/" }
        text += Self.escaped(name)
        if !version.isEmpty { text += "@" + Self.escaped(version) }
        let pairs = qualifiers.map { $0.key + "=" + Self.escaped($0.value) }
        if !pairs.isEmpty { text += "?" + pairs.joined(separator: "&") }
        let segments = subpath.split(separator: "/").filter { $0 != "." && $0 != ".." }
        if !segments.isEmpty { text += "#" + segments.map { Self.escaped($0) }.joined(separator: "/") }
        return text
    }

    /// All is escaped but letters, digits and `-._~:`, of which the specification says that they stay.
    private static func escaped(_ text: some StringProtocol) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte.isLetterOrDigit || "-._~:".utf8.contains(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func hexadecimal(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
