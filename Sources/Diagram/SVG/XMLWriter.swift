/// Writes XML 1.0. Names and attribute names are ours; text and values may hold anything.
struct XMLWriter {
    private(set) var text = ""

    /// Opens an element.
    mutating func open(_ name: String, _ attributes: [(String, String)] = []) {
        text += "<" + name + Self.list(attributes) + ">\n"
    }

    /// Closes an element.
    mutating func close(_ name: String) { text += "</\(name)>\n" }

    /// Writes an element with text in it, or an empty one.
    mutating func element(_ name: String, _ attributes: [(String, String)] = [], text content: String? = nil) {
        text += "<" + name + Self.list(attributes)
        if let content { text += ">" + Self.escaped(content) + "</\(name)>\n" } else { text += "/>\n" }
    }

    /// Adds what another writer wrote.
    mutating func append(_ other: XMLWriter) { text += other.text }

    private static func list(_ attributes: [(String, String)]) -> String {
        attributes.reduce(into: "") { $0 += " \($1.0)=\"\(escaped($1.1))\"" }
    }

    /// Text with markup escaped and characters that XML forbids (XML 1.0, section 2.2) replaced.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "\n"
            case _ where scalar.value < 0x20 || scalar.value & 0xFFFE == 0xFFFE: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// A number with at most one decimal place.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let rest = tenths.magnitude % 10
        return sign + String(tenths.magnitude / 10) + (rest == 0 ? "" : ".\(rest)")
    }
}
