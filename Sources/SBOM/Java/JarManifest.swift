/// The manifest of a jar (JAR file specification, "JAR Manifest"): the main section and those of single entries.
struct JarManifest {
    private typealias Section = [(key: Substring, value: String)]
    private var sections: [Section] = []

    init(parsing bytes: [UInt8]) {
        var isNew = true
        for line in TextLines(bytes) {
            if line.isEmpty {
                isNew = true
            } else if line.hasPrefix(" ") {
                // Lines are cut at 72 bytes, within words too.
                guard !isNew, !sections.isEmpty, let last = sections[sections.count - 1].indices.last else { continue }
                sections[sections.count - 1][last].value += line.trimmed
            } else if let (key, value) = line.cut(":"), !key.trimmed.isEmpty {
                if isNew { sections.append([]) }
                isNew = false
                sections[sections.count - 1].append((key.trimmed, String(value.trimmed)))
            }
        }
    }

    /// A value of the main section; empty for none.
    subscript(_ key: String) -> String { sections.first.map { Self.value(key, $0) } ?? "" }

    private static func value(_ key: String, _ section: Section) -> String {
        section.first { $0.key == key }?.value ?? ""
    }

    /// The first value of any section; empty for none.
    func anywhere(_ key: String) -> String {
        for section in sections {
            let value = Self.value(key, section)
            if !value.isEmpty { return value }
        }
        return ""
    }

    private static let primaryGroups = [
        "Group-Id", "Bundle-SymbolicName", "Extension-Name", "Specification-Vendor", "Implementation-Vendor",
        "Implementation-Vendor-Id", "Implementation-Title", "Bundle-Activator",
    ]
    private static let secondaryGroups = ["Automatic-Module-Name", "Main-Class", "Package"]

    /// What is most probably the group in Maven's sense: a value that begins like a domain, reversed. Empty for none.
    var group: String {
        for keys in [Self.primaryGroups, Self.secondaryGroups] {
            let values = sections.flatMap { section in keys.map { Self.value($0, section) } }
                .filter { value in ["com", "org", "net", "io", "be"].contains { value.hasPrefix($0) } }
                .map(Self.withoutDirectives)
            if let first = values.min(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { return first }
        }
        return ""
    }

    /// `org.example;uses:=…` without what OSGi adds.
    private static func withoutDirectives(_ value: String) -> String {
        String(value.prefix { $0 != ";" && $0 != "#" }[...].trimmed)
    }
}
