internal import Glibc

/// `SeccompProfile` as the OCI runtime specification has it (config-linux.md, Seccomp).
struct RuntimeSeccomp: Encodable, Equatable {
    struct Argument: Encodable, Equatable {
        var index = 0
        var value: UInt64
        var valueTwo: UInt64?
        var op: String
    }

    struct Rule: Encodable, Equatable {
        var names: [String]
        var action: String
        var errnoRet: UInt32?
        var args: [Argument]?
    }

    var defaultAction = "SCMP_ACT_ERRNO"
    var defaultErrnoRet = UInt32(EPERM)
    var architectures: [String]
    var syscalls: [Rule]

    init() {
        #if arch(arm64)
            architectures = ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
            let further = SeccompProfile.allowedOnARM
        #else
            architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]
            let further = SeccompProfile.allowedOnIntel
        #endif
        syscalls = [Rule(names: (SeccompProfile.allowed + further).map(String.init), action: "SCMP_ACT_ALLOW")]
        syscalls += SeccompProfile.conditions.map { condition in
            let argument =
                switch condition.test {
                case .equals(let value): Argument(value: value, op: "SCMP_CMP_EQ")
                case .lessThan(let value): Argument(value: value, op: "SCMP_CMP_LT")
                case .hasNone(let bits): Argument(value: bits, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ")
                }
            return Rule(names: [condition.name], action: "SCMP_ACT_ALLOW", args: [argument])
        }
        syscalls.append(
            Rule(names: SeccompProfile.unimplemented, action: "SCMP_ACT_ERRNO", errnoRet: UInt32(ENOSYS)))
    }
}
