internal import Crypto

/// Computes a digest piece by piece.
///
///     var digester = Digester()
///     digester.update(first)
///     digester.update(second)
///     let digest = digester.finalize()
public struct Digester: Sendable {
    // Two optionals and no enum: a payload that is taken out of an enum to be changed is shared at that moment, so that
    // each piece would copy the state of the hash.
    private var sha256: SHA256?
    private var sha512: SHA512?

    /// Starts a digest of no bytes.
    public init(_ algorithm: Digest.Algorithm = .sha256) {
        switch algorithm {
        case .sha256: sha256 = SHA256()
        case .sha512: sha512 = SHA512()
        }
    }

    /// Appends `bytes`.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha256?.update(bufferPointer: bytes)
        sha512?.update(bufferPointer: bytes)
    }

    /// Appends `bytes`.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Appends `bytes`.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Appends the UTF-8 bytes of `text`.
    public mutating func update(_ text: String) {
        update(Array(text.utf8))
    }

    /// The digest of everything appended so far; more may be appended afterwards.
    public func finalize() -> Digest {
        if let sha512 { return Digest(unchecked: .sha512, bytes: Array(sha512.finalize())) }
        return Digest(unchecked: .sha256, bytes: Array((sha256 ?? SHA256()).finalize()))
    }
}
