/// An absolute URL as Go's `net/url` reads and writes it (RFC 3986 with its liberties), so that an address in a
/// Dockerfile means what it means to other builders.
struct GoURL: Hashable, Sendable {
    /// In small letters; empty where there is none.
    var scheme = ""
    /// User name and password, decoded.
    var user: (name: String, password: String?)? {
        get { userName.map { ($0, password) } }
        set { (userName, password) = (newValue?.name, newValue?.password) }
    }
    /// Host and port; decoded.
    var host = ""
    /// Decoded.
    var path = ""
    /// The query, as it was written.
    var query = ""
    /// Decoded.
    var fragment = ""

    private var userName: String?
    private var password: String?
    /// The path as it was written.
    private var writtenPath: [UInt8] = []
    /// Whether the URL ends in a question mark with nothing behind it.
    private var hasEmptyQuery = false

    /// Reads a URL; nil for what Go refuses.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        let (address, fragmentBytes) = Self.cut(bytes, at: UInt8(ascii: "#"))
        guard let fragment = PercentEncoding.decoded(fragmentBytes ?? []) else { return nil }
        self.fragment = String(decoding: fragment, as: UTF8.self)
        guard let (scheme, afterScheme) = Self.scheme(of: address) else { return nil }
        self.scheme = scheme
        var rest = afterScheme
        if rest.last == UInt8(ascii: "?"), rest.count(where: { $0 == UInt8(ascii: "?") }) == 1 {
            rest.removeLast()
            hasEmptyQuery = true
        } else {
            let (before, query) = Self.cut(rest, at: UInt8(ascii: "?"))
            rest = before
            self.query = String(decoding: query ?? [], as: UTF8.self)
        }
        if rest.starts(with: "//".utf8) {
            let authority = rest[2...].prefix { $0 != UInt8(ascii: "/") }
            guard readAuthority(Array(authority)) else { return nil }
            rest.removeFirst(2 + authority.count)
        } else if rest.first != UInt8(ascii: "/") {
            let segment = rest.prefix { $0 != UInt8(ascii: "/") }
            guard scheme.isEmpty, !segment.contains(UInt8(ascii: ":")) else { return nil }
        }
        guard let path = PercentEncoding.decoded(rest) else { return nil }
        self.path = String(decoding: path, as: UTF8.self)
        writtenPath = rest
    }

    private static func cut(_ bytes: [UInt8], at byte: UInt8) -> ([UInt8], [UInt8]?) {
        guard let index = bytes.firstIndex(of: byte) else { return (bytes, nil) }
        return (Array(bytes[..<index]), Array(bytes[(index + 1)...]))
    }

    /// The scheme and what is behind its colon; no scheme where what stands before the first colon cannot be one.
    private static func scheme(of bytes: [UInt8]) -> (String, [UInt8])? {
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == 0 { return ("", bytes) }
            case UInt8(ascii: ":"):
                if index == 0 { return nil }
                return (String(decoding: bytes[..<index], as: UTF8.self).lowercased(), Array(bytes[(index + 1)...]))
            default: return ("", bytes)
            }
        }
        return ("", bytes)
    }

    private mutating func readAuthority(_ bytes: [UInt8]) -> Bool {
        var hostBytes = bytes
        if let at = bytes.lastIndex(of: UInt8(ascii: "@")) {
            hostBytes = Array(bytes[(at + 1)...])
            let user = Array(bytes[..<at])
            guard user.allSatisfy(PercentEncoding.isUserByte) else { return false }
            let (name, password) = Self.cut(user, at: UInt8(ascii: ":"))
            guard let decodedName = PercentEncoding.decoded(name) else { return false }
            userName = String(decoding: decodedName, as: UTF8.self)
            if let password {
                guard let decoded = PercentEncoding.decoded(password) else { return false }
                self.password = String(decoding: decoded, as: UTF8.self)
            }
        }
        guard let host = HostText.decoded(hostBytes) else { return false }
        self.host = String(decoding: host, as: UTF8.self)
        return true
    }

    /// The host without port and brackets.
    var hostName: String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host.dropFirst()[..<end]) }
        guard let colon = host.lastIndex(of: ":") else { return host }
        return String(host[..<colon])
    }

    /// The path with what has to be encoded encoded; as it was written, where that will do.
    var encodedPath: String {
        if PercentEncoding.isValid(writtenPath) { return String(decoding: writtenPath, as: UTF8.self) }
        return PercentEncoding.encoded(path, .path)
    }

    /// The URL without query and fragment.
    var remote: String {
        var text = scheme.isEmpty ? "" : scheme + ":"
        if !scheme.isEmpty || !host.isEmpty || userName != nil {
            if !host.isEmpty || !path.isEmpty || userName != nil { text += "//" }
            if let userName {
                text += PercentEncoding.encoded(userName, .user)
                if let password { text += ":" + PercentEncoding.encoded(password, .user) }
                text += "@"
            }
            text += PercentEncoding.encoded(host, .host)
        }
        let encodedPath = self.encodedPath
        if !encodedPath.isEmpty, !encodedPath.hasPrefix("/"), !host.isEmpty { text += "/" }
        return text + encodedPath + (hasEmptyQuery ? "?" : "")
    }

    /// The parameters of a query, by name. What is malformed is left out.
    ///
    /// - Parameter isComplete: set to false where something was left out.
    static func parameters(of query: String, isComplete: inout Bool) -> [String: [String]] {
        var result: [String: [String]] = [:]
        for item in query.utf8.split(separator: UInt8(ascii: "&")) {
            let (key, value) = cut(Array(item), at: UInt8(ascii: "="))
            guard !item.contains(UInt8(ascii: ";")), let name = PercentEncoding.decoded(key, plusIsBlank: true),
                let text = PercentEncoding.decoded(value ?? [], plusIsBlank: true)
            else {
                isComplete = false
                continue
            }
            result[String(decoding: name, as: UTF8.self), default: []].append(String(decoding: text, as: UTF8.self))
        }
        return result
    }
}
