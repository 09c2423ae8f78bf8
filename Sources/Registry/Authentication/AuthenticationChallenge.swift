/// One way to authenticate that a server offers in `WWW-Authenticate` (RFC 9110 section 11.6.1).
struct AuthenticationChallenge: Hashable, Sendable {
    /// The scheme in lower case, such as `bearer` or `basic`.
    var scheme: String
    /// The parameters; names in lower case, the first of equal names.
    var parameters: [String: String]

    init(scheme: String, parameters: [String: String] = [:]) {
        self.scheme = scheme
        self.parameters = parameters
    }

    /// Headers longer than this are not read: no registry needs them.
    static let maximumHeaderLength = 8192

    /// Reads the challenges of all `WWW-Authenticate` headers of one response. What does not follow the grammar ends
    /// its header's list: a challenge half understood must not be obeyed.
    static func parse(headers: [String]) -> [AuthenticationChallenge] {
        headers.flatMap { header in
            guard header.utf8.count <= maximumHeaderLength else { return [AuthenticationChallenge]() }
            var scanner = ChallengeScanner(Array(header.utf8))
            return scanner.challenges()
        }
    }
}

/// Reads the list of challenges of one header.
private struct ChallengeScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var atSeparator: Bool { next == nil || next == UInt8(ascii: ",") }

    mutating func challenges() -> [AuthenticationChallenge] {
        var result: [AuthenticationChallenge] = []
        while true {
            skipSeparators()
            guard let scheme = token() else { return result }
            guard atSeparator || next?.isBlank == true else { return result }
            skip(while: \.isBlank)
            var challenge = AuthenticationChallenge(scheme: scheme.lowercased())
            if parameter(of: &challenge) {
                guard furtherParameters(of: &challenge) else { return result }
            } else {
                // A token68, as Negotiate has it, which no scheme this client knows uses.
                skip { $0.isTokenCharacter || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=") }
                skip(while: \.isBlank)
                guard atSeparator else { return result }
            }
            result.append(challenge)
        }
    }

    /// Reads the parameters after the first, up to the next challenge or the end; false when they are malformed.
    private mutating func furtherParameters(of challenge: inout AuthenticationChallenge) -> Bool {
        while true {
            skip(while: \.isBlank)
            guard atSeparator else { return false }
            skipSeparators()
            let start = position
            if parameter(of: &challenge) { continue }
            // Either the scheme of the next challenge, which no "=" follows, or a parameter without a proper value.
            _ = token()
            let isScheme = atSeparator || next?.isBlank == true
            position = start
            return isScheme
        }
    }

    /// Reads `name = value`, or reads nothing and returns false.
    private mutating func parameter(of challenge: inout AuthenticationChallenge) -> Bool {
        let start = position
        if let name = token()?.lowercased() {
            skip(while: \.isBlank)
            if next == UInt8(ascii: "=") {
                position += 1
                skip(while: \.isBlank)
                if let value = next == UInt8(ascii: "\"") ? quotedString() : token() {
                    if challenge.parameters[name] == nil { challenge.parameters[name] = value }
                    return true
                }
            }
        }
        position = start
        return false
    }

    private mutating func token() -> String? {
        let start = position
        skip(while: \.isTokenCharacter)
        return position == start ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quotedString() -> String? {
        var value: [UInt8] = []
        position += 1
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return nil }
                position += 1
                value.append(escaped)
            default: value.append(byte)
            }
        }
        return nil
    }

    private mutating func skipSeparators() {
        skip { $0.isBlank || $0 == UInt8(ascii: ",") }
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while let byte = next, condition(byte) { position += 1 }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// RFC 9110 section 5.6.2.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
