/// A content identifier such as `sha256:e3b0c4…`, known to be well formed.
///
/// OCI image specification, "Digests" (descriptor.md). Only the registered algorithms sha256 and sha512 are accepted,
/// and only the canonical encoding: lower-case hexadecimal of the algorithm's length. A digest is therefore always safe
/// as a file name.
public struct Digest: Hashable, Sendable {
    /// A registered digest algorithm.
    public enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case sha256
        case sha512

        /// The number of bytes of a digest, half the number of hexadecimal digits.
        public var byteCount: Int {
            switch self {
            case .sha256: 32
            case .sha512: 64
            }
        }
    }

    /// The algorithm before the colon.
    public let algorithm: Algorithm
    /// The lower-case hexadecimal digits after the colon.
    public let hex: String

    /// Reads `algorithm:hex`.
    ///
    /// - Throws: `invalidDigest` for an unknown algorithm, a wrong length or a digit outside `0-9a-f`.
    public init(parsing text: String) throws(OCIError) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw OCIError(.invalidDigest, "invalid digest \(quoted(text)): no algorithm")
        }
        guard let algorithm = Algorithm(rawValue: String(text[..<colon])) else {
            throw OCIError(.invalidDigest, "invalid digest \(quoted(text)): unsupported algorithm")
        }
        try self.init(algorithm: algorithm, hex: String(text[text.utf8.index(after: colon)...]))
    }

    /// A digest of known algorithm from its hexadecimal digits.
    ///
    /// - Throws: `invalidDigest` for a wrong length or a digit outside `0-9a-f`.
    public init(algorithm: Algorithm, hex: String) throws(OCIError) {
        guard hex.utf8.count == algorithm.byteCount * 2, hex.utf8.allSatisfy(\.isLowerHexadecimal) else {
            throw OCIError(
                .invalidDigest,
                "invalid digest \(quoted(algorithm.rawValue + ":" + hex)): "
                    + "expected \(algorithm.byteCount * 2) lower-case hexadecimal digits")
        }
        self.algorithm = algorithm
        self.hex = hex
    }

    /// A digest of known algorithm from its raw bytes; nil when their number is not the algorithm's.
    public init?(algorithm: Algorithm, bytes: some Collection<UInt8>) {
        guard bytes.count == algorithm.byteCount else { return nil }
        self.init(unchecked: algorithm, bytes: Array(bytes))
    }

    init(unchecked algorithm: Algorithm, bytes: [UInt8]) {
        self.algorithm = algorithm
        hex = String(unsafeUninitializedCapacity: bytes.count * 2) { digits in
            for (offset, byte) in bytes.enumerated() {
                digits[offset * 2] = hexadecimalDigit(byte >> 4)
                digits[offset * 2 + 1] = hexadecimalDigit(byte & 15)
            }
            return bytes.count * 2
        }
    }

    /// The raw bytes that `hex` spells.
    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(algorithm.byteCount)
        var high: UInt8?
        for digit in hex.utf8 {
            let value = digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
            if let first = high {
                result.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return result
    }

    /// The first twelve hexadecimal digits, as docker shows an image's identifier.
    public var short: String { String(hex.prefix(12)) }

    /// The SHA-256 of `bytes`.
    public static func sha256(of bytes: some Sequence<UInt8>) -> Digest {
        var digester = Digester()
        digester.update(Array(bytes))
        return digester.finalize()
    }

    /// The SHA-256 of the UTF-8 bytes of `text`.
    public static func sha256(of text: String) -> Digest { sha256(of: text.utf8) }
}

extension Digest: CustomStringConvertible {
    /// `algorithm:hex`.
    public var description: String { algorithm.rawValue + ":" + hex }
}

extension Digest: Comparable {
    /// The order of the descriptions' bytes.
    public static func < (left: Digest, right: Digest) -> Bool {
        left.algorithm == right.algorithm ? left.hex < right.hex : left.algorithm.rawValue < right.algorithm.rawValue
    }
}

extension Digest: Codable {
    /// Reads a string of the form `algorithm:hex`.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the string `algorithm:hex`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
