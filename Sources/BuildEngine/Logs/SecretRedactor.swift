/// Replaces the bytes of secrets in a stream, which arrives in pieces of any size, by `***`.
///
/// Every byte that is part of a secret goes, also where secrets overlap or one is in another; what stands together becomes
/// one `***`. What may be the beginning of a secret waits for the bytes after it.
struct SecretRedactor {
    static let mask = Array("***".utf8)

    private let automaton: SecretAutomaton
    private var state: SecretAutomaton.State = 0
    /// What was not handed out yet.
    private var pending: [UInt8] = []
    /// The parts of `pending` that are secret, in order and apart from each other.
    private var secret: [Range<Int>] = []
    /// Whether the last byte that was handed out, or left out, was secret.
    private var isInside = false

    init(_ automaton: SecretAutomaton) { self.automaton = automaton }

    /// What can be said of the stream now that `bytes` have come.
    mutating func redact(_ bytes: [UInt8]) -> [UInt8] {
        for byte in bytes {
            pending.append(byte)
            state = automaton.next(state, byte)
            let length = automaton.match(state)
            if length > 0 { mark(pending.count - length..<pending.count) }
        }
        return take(pending.count - automaton.open(state))
    }

    /// What is left at the end of the stream.
    mutating func finish() -> [UInt8] {
        state = 0
        return take(pending.count)
    }

    private mutating func mark(_ range: Range<Int>) {
        var range = range
        while let last = secret.last, last.upperBound >= range.lowerBound {
            range = min(last.lowerBound, range.lowerBound)..<range.upperBound
            secret.removeLast()
        }
        secret.append(range)
    }

    /// Hands out the first `count` bytes of what waits.
    private mutating func take(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for range in secret where range.lowerBound < count {
            if position < range.lowerBound {
                result += pending[position..<range.lowerBound]
                isInside = false
            }
            if !isInside { result += Self.mask }
            isInside = true
            position = min(range.upperBound, count)
        }
        if position < count {
            result += pending[position..<count]
            isInside = false
        }
        pending.removeFirst(count)
        secret = secret.compactMap {
            $0.upperBound > count ? max(0, $0.lowerBound - count)..<$0.upperBound - count : nil
        }
        return result
    }
}
