import Glibc

/// BPF instructions before libseccomp's own, which answer ENOSYS to system calls that are newer than the profile.
///
/// Without them a new call fails with EPERM, which a C library takes for the truth instead of trying the older way (runc and
/// crun do the same, https://github.com/opencontainers/runc/issues/2151).
enum FilterPrologue {
    /// One BPF instruction, `struct sock_filter`.
    struct Instruction: Equatable {
        var code: UInt16
        /// How many instructions to skip if true.
        var ifTrue: UInt8 = 0
        /// How many to skip if false.
        var ifFalse: UInt8 = 0
        var operand: UInt32
    }

    /// - Parameter newest: the highest known call number of each architecture (`AUDIT_ARCH_`).
    static func make(_ newest: [(architecture: UInt32, number: UInt32)]) -> [UInt8] {
        instructions(newest).flatMap { instruction in
            bytes(of: instruction.code) + [instruction.ifTrue, instruction.ifFalse] + bytes(of: instruction.operand)
        }
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
    }

    static func instructions(_ newest: [(architecture: UInt32, number: UInt32)]) -> [Instruction] {
        // Offsets in struct seccomp_data: 0 the call's number, 4 the architecture.
        let loadWord: UInt16 = 0x20
        let jumpIfEqual: UInt16 = 0x15
        let jumpIfGreater: UInt16 = 0x25
        let jumpIfNotLess: UInt16 = 0x35
        let answer: UInt16 = 0x06
        var result = [Instruction(code: loadWord, operand: 4)]
        for (index, known) in newest.enumerated() {
            // Each block is 5 long: a match falls through it, everything else goes to the next block.
            let blocksAfter = UInt8(newest.count - 1 - index) * 5
            result += [
                Instruction(code: jumpIfEqual, ifFalse: 4, operand: known.architecture),
                Instruction(code: loadWord, operand: 0),
                // x32's numbers; libseccomp's part knows about those.
                Instruction(code: jumpIfNotLess, ifTrue: 2 + blocksAfter, operand: 0x4000_0000),
                Instruction(code: jumpIfGreater, ifFalse: 1 + blocksAfter, operand: known.number),
                Instruction(code: answer, operand: 0x0005_0000 | UInt32(ENOSYS)),
            ]
        }
        return result
    }
}
