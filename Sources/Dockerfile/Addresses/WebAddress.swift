/// The address of a file on the web: what `ADD` downloads.
public enum WebAddress {
    /// Whether a source of an `ADD` is a file to download: it begins with `http://` or `https://` and is no repository.
    public static func isAddress(_ text: String) -> Bool {
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return false }
        return !GitAddress.isAddress(text)
    }

    /// The name that a downloaded file gets: the last part of the address's path, decoded; `__unnamed__` where there is
    /// none, `download` for one that no file can have.
    public static func fileName(of text: String) -> String {
        guard let url = GoURL(text), case let last = GoPath.base(url.path), last != ".", last != "/" else {
            return "__unnamed__"
        }
        let name = last.trimmingBlanks()
        guard !name.isEmpty, name != ".", name != "..", !name.unicodeScalars.contains(where: isControl) else {
            return "download"
        }
        return name
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    /// The host of an address, without port and brackets; nil where the text is no URL.
    public static func host(of text: String) -> String? { GoURL(text)?.hostName }

    /// The address without user name, password, query and fragment: what may be shown to everybody.
    public static func redacted(_ text: String) -> String {
        let shown = Array(text.utf8.prefix { $0 != Byte.question && $0 != Byte.hash })
        let scheme = shown.prefix { $0 != Byte.colon }
        let start = scheme.count + 3
        guard shown.dropFirst(scheme.count).starts(with: "://".utf8) else {
            return String(decoding: shown, as: UTF8.self)
        }
        let authority = shown[start...].prefix { $0 != Byte.slash }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return String(decoding: shown, as: UTF8.self) }
        return String(decoding: shown[..<start] + shown[(at + 1)...], as: UTF8.self)
    }
}
