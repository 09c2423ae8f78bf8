import OCI

/// Makes the digest of a sequence of values so that no two different sequences look alike: every value is preceded by
/// its kind and length.
struct KeyHasher {
    private var digester = Digester()

    /// `purpose` keeps keys of different kinds apart, and changes when the meaning of a key does.
    init(_ purpose: String) { add(purpose) }

    mutating func add(_ bytes: some Collection<UInt8>) {
        add(bytes.count)
        digester.update(Array(bytes))
    }

    mutating func add(_ text: String) { add(text.utf8) }

    mutating func add(_ number: some FixedWidthInteger) {
        let value = Int64(truncatingIfNeeded: number)
        digester.update((0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) })
    }

    mutating func add(_ flag: Bool) { add(flag ? 1 : 0) }

    mutating func add(_ digest: Digest) { add(digest.description) }

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

    consuming func finish() -> Digest { digester.finalize() }
}
