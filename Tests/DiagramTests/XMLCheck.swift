import Testing

/// Reads the XML that the drawings use, and nothing more lenient: elements, attributes in double quotes, text.
enum XMLCheck {
    struct Element {
        var name: String
        var attributes: [String: String] = [:]
        var text = ""
        var depth: Int

        func number(_ name: String) -> Double { attributes[name].flatMap(Double.init) ?? .nan }
    }

    struct Malformed: Error {
        var what: String
    }

    /// The elements in the order of their beginnings.
    @discardableResult
    static func check(_ text: String) throws -> [Element] {
        var scalars = Array(text.unicodeScalars)[...]
        var elements: [Element] = []
        var open: [Int] = []
        while let scalar = scalars.popFirst() {
            guard scalar == "<" else {
                let value = scalar == "&" ? try entity(&scalars) : scalar
                guard scalar != ">", scalar == "\n" || scalar.value >= 0x20, scalar.value & 0xFFFE != 0xFFFE else {
                    throw Malformed(what: "U+\(String(scalar.value, radix: 16)) in text")
                }
                if let last = open.last {
                    elements[last].text.unicodeScalars.append(value)
                } else if scalar != "\n" {
                    throw Malformed(what: "text outside")
                }
                continue
            }
            if scalars.first == "/" {
                scalars.removeFirst()
                let name = take(&scalars) { $0 != ">" }
                guard let last = open.popLast(), elements[last].name == name, scalars.popFirst() == ">" else {
                    throw Malformed(what: "</\(name)>")
                }
                continue
            }
            var element = Element(name: take(&scalars) { $0.properties.isAlphabetic }, depth: open.count)
            guard !element.name.isEmpty, elements.isEmpty || !open.isEmpty else { throw Malformed(what: "<") }
            while scalars.first == " " {
                scalars.removeFirst()
                let name = take(&scalars) { $0.properties.isAlphabetic || $0 == "-" }
                guard !name.isEmpty, element.attributes[name] == nil, scalars.popFirst() == "=",
                    scalars.popFirst() == "\""
                else { throw Malformed(what: "attribute \(name)") }
                var value = ""
                while let next = scalars.popFirst(), next != "\"" {
                    guard next != "<" else { throw Malformed(what: "< in \(name)") }
                    value.unicodeScalars.append(next == "&" ? try entity(&scalars) : next)
                }
                element.attributes[name] = value
            }
            let isEmpty = scalars.first == "/"
            if isEmpty { scalars.removeFirst() }
            guard scalars.popFirst() == ">" else { throw Malformed(what: "<\(element.name)") }
            if !isEmpty { open.append(elements.count) }
            elements.append(element)
        }
        guard open.isEmpty, !elements.isEmpty else { throw Malformed(what: "the end") }
        return elements
    }

    private static func take(
        _ scalars: inout ArraySlice<Unicode.Scalar>, while condition: (Unicode.Scalar) -> Bool
    ) -> String {
        let taken = scalars.prefix(while: condition)
        scalars = scalars.dropFirst(taken.count)
        return String(String.UnicodeScalarView(taken))
    }

    private static func entity(_ scalars: inout ArraySlice<Unicode.Scalar>) throws -> Unicode.Scalar {
        let name = take(&scalars) { $0 != ";" }
        let known: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\""]
        guard let scalar = known[name], scalars.popFirst() == ";" else { throw Malformed(what: "&\(name)") }
        return scalar
    }
}
