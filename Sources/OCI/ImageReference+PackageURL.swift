extension ImageReference {
    /// How package URLs name an image.
    public enum PackageType: String, Sendable {
        /// An image of a registry.
        case docker
        /// An image of a layout on this machine.
        case oci
    }

    /// The image as a package URL, spelled as BuildKit spells it: `pkg:docker/alpine@3.20?platform=linux%2Famd64`.
    ///
    /// Package URL specification, types `docker` and `oci`.
    public func packageURL(_ type: PackageType = .docker, platform: Platform? = nil) -> String {
        let segments = familiarRepository.split(separator: "/").map { Self.escaped($0, keeping: "") }
        var result = "pkg:\(type.rawValue)/" + segments.joined(separator: "/")
        // With a digest, only a tag that was written counts.
        if let tag { result += "@" + Self.escaped(tag, keeping: Self.keptInPaths) }
        var qualifiers: [String] = []
        if let digest { qualifiers.append("digest=" + Self.escaped(digest.description, keeping: Self.keptInPaths)) }
        if let platform {
            qualifiers.append("platform=" + Self.escaped(platform.description, keeping: Self.keptInPaths))
        }
        if !qualifiers.isEmpty { result += "?" + qualifiers.joined(separator: "&") }
        return result
    }

    /// What Go's `url.PathEscape` leaves as it is, beside letters, digits and `-._~`.
    private static let keptInPaths = "$&+=:@"

    private static func escaped(_ text: some StringProtocol, keeping kept: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if byte.isLetterOrDigit || "-._~".utf8.contains(byte) || kept.utf8.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
