import OCI

/// Makes the digest of a sequence of values so that no two different sequences look alike: every value is preceded by
/// its length, and numbers have one length.
struct KeyHasher {
    /// Values are short and many: the digester gets them in pieces of this many bytes.
    private static let pieceSize = 16 << 10

    private var digester = Digester()
    private var pending: [UInt8] = []

    /// `purpose` keeps keys of different kinds apart, and changes when the meaning of a key does.
    init(_ purpose: String) { add(purpose) }

    mutating func add(_ bytes: some Collection<UInt8>) {
        add(bytes.count)
        pending.append(contentsOf: bytes)
        if pending.count >= Self.pieceSize { flush() }
    }

    mutating func add(_ text: String) { add(text.utf8) }

    mutating func add(_ number: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: Int64(truncatingIfNeeded: number).littleEndian) {
            unsafe pending.append(contentsOf: $0)
        }
    }

    mutating func add(_ flag: Bool) { add(flag ? 1 : 0) }

    /// As the text `algorithm:hex`.
    mutating func add(_ digest: Digest) {
        let (algorithm, hex) = (digest.algorithm.rawValue.utf8, digest.hex.utf8)
        add(algorithm.count + 1 + hex.count)
        pending.append(contentsOf: algorithm)
        pending.append(UInt8(ascii: ":"))
        pending.append(contentsOf: hex)
    }

    mutating func add(_ list: some Collection<String>) {
        add(list.count)
        for text in list { add(text) }
    }

    mutating func add(_ list: some Collection<Digest>) {
        add(list.count)
        for digest in list { add(digest) }
    }

    mutating func add(optional text: String?) {
        add(text != nil)
        if let text { add(text) }
    }

    private mutating func flush() {
        digester.update(pending)
        pending.removeAll(keepingCapacity: true)
    }

    consuming func finish() -> Digest {
        flush()
        return digester.finalize()
    }
}
