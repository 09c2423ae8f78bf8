/// Name and version in the file name of a jar, such as `commons-io-2.11.0.jar`.
struct ArchiveName {
    let name: String
    let version: String

    /// - Parameter path: the path or the file name; of an archive within others, what stands behind the last colon.
    init(_ path: String) {
        let own = path.lastIndex(of: ":").map { String(path[path.index(after: $0)...]) } ?? path
        let file = own.lastPathComponent
        let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        var (name, version) = Self.split(stem) ?? ("", "")
        if version.isEmpty, let separator = name.indices.first(where: { Self.separates(name, $0) }) {
            // name_1.2.jar
            version = name[name.index(after: separator)...]
            name = name[..<separator]
        }
        self.name = String(name)
        self.version = String(version)
    }

    /// The version begins behind the first dash with what looks like one; each part of the name before begins with a letter.
    private static func split(_ stem: Substring) -> (name: Substring, version: Substring)? {
        for dash in stem.indices where stem[dash] == "-" {
            let rest = stem[stem.index(after: dash)...]
            if isVersion(rest), isName(stem[..<dash]) { return (stem[..<dash], rest) }
        }
        return isName(stem) ? (stem, "") : nil
    }

    private static func isName(_ text: Substring) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            guard let first = part.utf8.first, first.isASCIILetter else { return false }
            return part.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") }
        }
    }

    private static func isVersion(_ text: Substring) -> Bool {
        guard let first = text.utf8.first else { return false }
        if first.isASCIIDigit { return true }
        let lower = text.lowercased()
        if lower.hasPrefix("build") { return lower.utf8.dropFirst(5).first?.isASCIIDigit == true }
        guard lower.hasPrefix("r") else { return false }
        let digits = lower.hasPrefix("rc") ? lower.dropFirst(2) : lower.dropFirst()
        return !digits.isEmpty && digits.utf8.allSatisfy(\.isASCIIDigit)
    }

    private static func separates(_ name: Substring, _ index: Substring.Index) -> Bool {
        guard "._-".contains(name[index]) else { return false }
        return isVersion(name[name.index(after: index)...])
    }

    /// The artifact: the last part of what may be a group and an artifact with dots between.
    var artifact: String {
        guard name.contains("."), !name.hasPrefix("org.eclipse.") else { return name }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let areIdentifiers = parts.allSatisfy { part in
            part.first.map { $0.isLetter || $0 == "_" || $0.isCurrencySymbol } ?? false
        }
        return areIdentifiers ? parts.last.map(String.init) ?? name : name
    }
}
