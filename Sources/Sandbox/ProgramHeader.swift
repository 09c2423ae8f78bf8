/// The kind of machine that a program is for, by the first bytes of its ELF file.
///
/// System V ABI, "ELF header": class, byte order and machine. The names are Go's, which images use.
public struct ProgramHeader: Hashable, Sendable {
    /// How many bytes at the start of a file are needed.
    public static let length = 20

    private let isWide: Bool
    private let isBigEndian: Bool
    private let machine: UInt16

    private init(isWide: Bool, isBigEndian: Bool = false, machine: UInt16) {
        self.isWide = isWide
        self.isBigEndian = isBigEndian
        self.machine = machine
    }

    /// Reads the start of a file; nil for what is no ELF file.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.length, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]), [1, 2].contains(bytes[4]),
            [1, 2].contains(bytes[5])
        else { return nil }
        let isBig = bytes[5] == 2
        let number = isBig ? (bytes[18], bytes[19]) : (bytes[19], bytes[18])
        self.init(
            isWide: bytes[4] == 2, isBigEndian: isBig, machine: UInt16(number.0) << 8 | UInt16(number.1))
    }

    /// The header of programs for an architecture; nil for one that is not known here.
    public init?(architecture: String) {
        guard let known = Self.architectures.first(where: { $0.name == architecture }) else { return nil }
        self = known.header
    }

    /// The architecture; nil for one that is not known here.
    public var architecture: String? { Self.architectures.first { $0.header == self }?.name }

    /// The start of a program, as the kernel compares it with what is registered.
    var bytes: [UInt8] {
        let machine = [UInt8(truncatingIfNeeded: machine), UInt8(machine >> 8)]
        return [0x7f, 0x45, 0x4c, 0x46, isWide ? 2 : 1, isBigEndian ? 2 : 1, 1, 0]
            + [UInt8](repeating: 0, count: 8) + (isBigEndian ? [0, 2] + machine.reversed() : [2, 0] + machine)
    }

    private static let architectures: [(name: String, header: ProgramHeader)] = [
        ("386", .init(isWide: false, machine: 3)), ("amd64", .init(isWide: true, machine: 62)),
        ("arm", .init(isWide: false, machine: 40)), ("arm64", .init(isWide: true, machine: 183)),
        ("loong64", .init(isWide: true, machine: 258)),
        ("mips", .init(isWide: false, isBigEndian: true, machine: 8)), ("mipsle", .init(isWide: false, machine: 8)),
        ("mips64", .init(isWide: true, isBigEndian: true, machine: 8)), ("mips64le", .init(isWide: true, machine: 8)),
        ("ppc64", .init(isWide: true, isBigEndian: true, machine: 21)), ("ppc64le", .init(isWide: true, machine: 21)),
        ("riscv64", .init(isWide: true, machine: 243)),
        ("s390x", .init(isWide: true, isBigEndian: true, machine: 22)),
    ]
}
