/// Takes a reference apart by the grammar at the head of `reference.go` in the distribution project.
struct ReferenceParser {
    let text: String

    /// The longest registry and repository together.
    static let maximumNameLength = 255
    /// The longest tag.
    static let maximumTagLength = 128

    func failure(_ problem: String) -> OCIError {
        OCIError(.invalidReference, "invalid reference \(quoted(text)): \(problem)")
    }

    mutating func reference() throws(OCIError) -> ImageReference {
        guard !text.isEmpty else { throw failure("it is empty") }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw failure("only printable ASCII characters are allowed")
        }
        // Such a name could not be told from an image identifier.
        guard !(text.utf8.count == 64 && text.utf8.allSatisfy(\.isLowerHexadecimal)) else {
            throw failure("64 hexadecimal digits are an image identifier, not a name")
        }
        var rest = text[...]
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            do {
                digest = try Digest(parsing: String(rest[rest.index(after: at)...]))
            } catch {
                throw failure(error.message)
            }
            rest = rest[..<at]
        }
        var (registry, path) = Self.split(rest)
        var tag: String?
        if let colon = path.firstIndex(of: ":") {
            let text = String(path[path.index(after: colon)...])
            guard Self.isTag(text) else { throw failure("invalid tag \(quoted(text))") }
            tag = text
            path = String(path[..<colon])
        }
        guard path.lowercased() == path else {
            throw failure("repository name \(quoted(path)) must be lowercase")
        }
        if registry == "index.docker.io" { registry = ImageReference.defaultRegistry }
        guard Self.isRegistry(registry) else { throw failure("invalid registry \(quoted(registry))") }
        guard !path.isEmpty else { throw failure("the repository name is missing") }
        guard path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isPathComponent) else {
            throw failure("invalid repository name \(quoted(path))")
        }
        if registry == ImageReference.defaultRegistry, !path.contains("/") { path = "library/" + path }
        guard registry.utf8.count + 1 + path.utf8.count <= Self.maximumNameLength else {
            throw failure("the name is longer than \(Self.maximumNameLength) characters")
        }
        if tag == nil, digest == nil { tag = ImageReference.defaultTag }
        return ImageReference(registry: registry, repository: path, tag: tag, digest: digest)
    }

    /// The first component is a registry only when it looks like a host: a dot, a colon, capitals, or `localhost`.
    private static func split(_ name: Substring) -> (registry: String, path: String) {
        if let slash = name.firstIndex(of: "/") {
            let first = name[..<slash]
            if first.contains(".") || first.contains(":") || first == "localhost" || first.lowercased() != first {
                return (String(first), String(name[name.index(after: slash)...]))
            }
        }
        return (ImageReference.defaultRegistry, String(name))
    }

    /// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
    static func isTag(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= maximumTagLength,
            first.isLetterOrDigit || first == UInt8(ascii: "_")
        else { return false }
        return bytes.allSatisfy { $0.isLetterOrDigit || "_.-".utf8.contains($0) }
    }

    /// A host name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
    private static func isRegistry(_ text: String) -> Bool {
        var host = text[...]
        let afterAddress = host.lastIndex(of: "]") ?? host.startIndex
        if let colon = host[afterAddress...].lastIndex(of: ":") {
            let port = host[host.index(after: colon)...].utf8
            guard !port.isEmpty, port.count <= 5, port.allSatisfy(\.isDigit) else { return false }
            host = host[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast().utf8
            return !address.isEmpty
                && address.allSatisfy { byte in
                    byte.isDigit || byte == UInt8(ascii: ":") || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
                        || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
                }
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { component in
            guard let first = component.utf8.first, let last = component.utf8.last else { return false }
            return first.isLetterOrDigit && last.isLetterOrDigit
                && component.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
        }
    }

    /// Lower-case letters and digits, separated by one dot, one or two underscores, or any number of dashes.
    private static func isPathComponent(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return text.utf8.split(whereSeparator: isAlphanumeric).allSatisfy { separator in
            switch separator.first {
            case UInt8(ascii: "."): separator.count == 1
            case UInt8(ascii: "_"): separator.count <= 2 && separator.allSatisfy { $0 == UInt8(ascii: "_") }
            default: separator.allSatisfy { $0 == UInt8(ascii: "-") }
            }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { byte.isDigit || byte.isLowerLetter }
}
