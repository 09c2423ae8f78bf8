/// Makes text of unknown origin (the output of a RUN, a line of a Dockerfile, a message of a server) safe to show inside
/// a terminal view: control sequences are removed, so that they can neither move the cursor nor retitle the window.
enum TerminalText {
    /// One line without control characters: escape sequences (ECMA-48: CSI, OSC and other strings, two-byte escapes) and
    /// remaining control characters are dropped, tabs become spaces up to the next multiple of eight columns, and
    /// formatting characters that reorder text (Unicode bidirectional controls) are dropped too.
    ///
    /// - Parameter ascii: whether characters outside ASCII become `?`, for terminals that are not UTF-8.
    static func sanitized(_ text: String, ascii: Bool = false) -> String {
        var parser = EscapeParser()
        var result = String.UnicodeScalarView()
        var column = 0
        for scalar in text.unicodeScalars {
            guard parser.passes(scalar) else { continue }
            if scalar == "\t" {
                let count = 8 - column % 8
                result.append(contentsOf: repeatElement(" ", count: count))
                column += count
                continue
            }
            if isControl(scalar) { continue }
            result.append(ascii && !scalar.isASCII ? "?" : scalar)
            column += 1
        }
        return String(result)
    }

    /// One line of process output; bytes that are not UTF-8 become U+FFFD.
    static func sanitized(_ bytes: some Collection<UInt8>, ascii: Bool = false) -> String {
        sanitized(String(decoding: bytes, as: UTF8.self), ascii: ascii)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: true
        case 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

/// Recognises escape sequences (ECMA-48, sections 5.4 and 5.6) scalar by scalar.
private struct EscapeParser {
    private enum State {
        case text
        case escape
        case intermediate
        case controlSequence
        case string
        case stringEscape
    }

    private var state = State.text

    /// Whether `scalar` is text, not part of an escape sequence.
    mutating func passes(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        switch state {
        case .text:
            switch value {
            case 0x1B: state = .escape
            case 0x9B: state = .controlSequence
            case 0x90, 0x98, 0x9D, 0x9E, 0x9F: state = .string
            default: return true
            }
        case .escape:
            switch value {
            case 0x5B: state = .controlSequence  // [
            case 0x50, 0x58, 0x5D, 0x5E, 0x5F: state = .string  // P X ] ^ _
            case 0x20...0x2F: state = .intermediate
            case 0x1B: break
            default: state = .text
            }
        case .intermediate:
            if !(0x20...0x2F).contains(value) { state = .text }
        case .controlSequence:
            if value == 0x1B { state = .escape } else if !(0x20...0x3F).contains(value) { state = .text }
        case .string:
            if value == 0x1B { state = .stringEscape } else if value == 0x07 || value == 0x9C { state = .text }
        case .stringEscape:
            if value == 0x5C {
                state = .text
            } else if value != 0x1B {
                state = .escape
                return passes(scalar)
            }
        }
        return false
    }
}
