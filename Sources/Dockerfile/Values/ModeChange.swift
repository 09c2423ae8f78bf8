/// The value of `--chmod`: a mode in octal, or changes in the language of `chmod(1)` such as `u=rwX,go-w`.
public struct ModeChange: Sendable, Hashable {
    /// A value that is neither.
    public struct ParsingError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The value.
        public var value: String

        /// What is wrong.
        public var description: String {
            "invalid chmod parameter: '\(value)'. it should be octal string and between 0 and 07777"
        }
    }

    private enum Step: Sendable, Hashable {
        case replace(UInt16)
        case set(UInt16)
        case clear(UInt16)
        /// Sets execute bits if the file is a directory or had any before: `X`.
        case setIfExecutable(UInt16)
        /// Copies the bits of one class of users (shift) to others (mask).
        case copy(shift: UInt16, to: UInt16, operation: UInt8)
    }

    private static let setUserID: UInt16 = 0o4000
    private static let setGroupID: UInt16 = 0o2000
    private static let sticky: UInt16 = 0o1000
    private static let everyone: UInt16 = 0o6777

    private var steps: [Step] = []

    /// Parses a value; variables must be expanded.
    public init(parsing text: String) throws(ParsingError) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { throw ParsingError(value: text) }
        if Byte.isDigit(first) {
            guard let mode = UInt16(text, radix: 8), mode <= 0o7777 else { throw ParsingError(value: text) }
            steps = [.replace(mode)]
            return
        }
        for clause in bytes.split(separator: Byte.comma, omittingEmptySubsequences: false) {
            guard let parsed = Self.parse(clause) else { throw ParsingError(value: text) }
            steps += parsed
        }
    }

    /// The mode if it is the same for every file: the value was octal.
    public var absoluteMode: UInt16? {
        guard case .replace(let mode)? = steps.first else { return nil }
        return mode
    }

    /// The mode (07777) that a file gets which has this one.
    public func applied(to mode: UInt16, isDirectory: Bool) -> UInt16 {
        var result = mode & 0o7777
        for step in steps {
            switch step {
            case .replace(let bits): result = bits
            case .set(let bits): result |= bits
            case .clear(let bits): result &= ~bits
            case .setIfExecutable(let bits): if isDirectory || mode & 0o111 != 0 { result |= bits }
            case .copy(let shift, let mask, let operation):
                let value = result >> shift & 0o7
                let bits = (value << 6 | value << 3 | value) & mask & 0o777
                switch operation {
                case UInt8(ascii: "+"): result |= bits
                case UInt8(ascii: "-"): result &= ~bits
                default: result = result & ~(mask & 0o777) | bits
                }
            }
        }
        return result
    }

    /// One clause: who, then operators with permissions. Without who it is everyone; there is no umask.
    private static func parse(_ clause: ArraySlice<UInt8>) -> [Step]? {
        let letters = clause.prefix { "ugoa".utf8.contains($0) }
        var who: UInt16 = 0
        for letter in letters { who |= Self.who(letter) }
        var rest = clause[letters.endIndex...]
        guard !rest.isEmpty else { return nil }
        var steps: [Step] = []
        while let operation = rest.first {
            guard "+-=".utf8.contains(operation) else { return nil }
            rest = rest.dropFirst()
            let permissions = rest.prefix { !"+-=".utf8.contains($0) }
            rest = rest[permissions.endIndex...]
            guard let parsed = parse(operation, permissions, who) else { return nil }
            steps += parsed
        }
        return steps
    }

    private static func who(_ letter: UInt8) -> UInt16 {
        switch letter {
        case UInt8(ascii: "u"): setUserID | 0o700
        case UInt8(ascii: "g"): setGroupID | 0o070
        case UInt8(ascii: "o"): 0o007
        default: everyone
        }
    }

    /// One operator with its permissions, in the order of BSD's `setmode(3)`, which BuildKit follows too: a letter of
    /// `ugo` copies the bits of that class after what stands before it was applied.
    private static func parse(_ operation: UInt8, _ permissions: ArraySlice<UInt8>, _ who: UInt16) -> [Step]? {
        var mask = who == 0 ? everyone : who
        // For "other" alone there is no set-id or sticky bit.
        let isOnlyOther = who != 0 && who & ~0o007 == 0
        let clears = operation == UInt8(ascii: "-")
        let assigns = operation == UInt8(ascii: "=")
        var steps: [Step] = []
        var bits: UInt16 = 0
        var executable: UInt16 = 0
        var hasAssigned = false
        func apply() {
            if bits != 0 || assigns && !hasAssigned {
                if assigns { steps.append(.clear(mask)) }
                steps.append(clears ? .clear(bits) : .set(bits))
                hasAssigned = true
            }
            if executable != 0 { steps.append(.setIfExecutable(executable)) }
            bits = 0
            executable = 0
        }
        for letter in permissions {
            switch letter {
            case UInt8(ascii: "r"): bits |= 0o444 & mask
            case UInt8(ascii: "w"): bits |= 0o222 & mask
            case UInt8(ascii: "x"): bits |= 0o111 & mask
            case UInt8(ascii: "X") where clears: bits |= 0o111 & mask
            case UInt8(ascii: "X"): executable |= 0o111 & mask
            case UInt8(ascii: "s"): if !isOnlyOther { bits |= (setUserID | setGroupID) & mask }
            case UInt8(ascii: "t"):
                guard !isOnlyOther else { continue }
                bits |= sticky
                mask |= sticky
            default:
                guard let shift = copyShift(letter) else { return nil }
                hasAssigned = hasAssigned || assigns && bits == 0
                apply()
                steps.append(.copy(shift: shift, to: mask, operation: operation))
            }
        }
        apply()
        return steps
    }

    /// The class of users whose bits are copied: `g=u`.
    private static func copyShift(_ letter: UInt8) -> UInt16? {
        switch letter {
        case UInt8(ascii: "u"): 6
        case UInt8(ascii: "g"): 3
        case UInt8(ascii: "o"): 0
        default: nil
        }
    }
}
