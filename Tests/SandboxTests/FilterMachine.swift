@testable import Sandbox

/// Runs a seccomp filter as the kernel would: the part of classic BPF that libseccomp uses.
struct FilterMachine {
    enum Verdict: Equatable {
        case allowed
        case fails(UInt32)
        case other(UInt32)
    }

    struct BadProgram: Error {}

    let code: [FilterPrologue.Instruction]

    init(_ bytes: [UInt8]) {
        func number(_ slice: ArraySlice<UInt8>) -> UInt32 { slice.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
        code = stride(from: 0, to: bytes.count, by: 8).map { start in
            FilterPrologue.Instruction(
                code: UInt16(number(bytes[start..<start + 2])), ifTrue: bytes[start + 2], ifFalse: bytes[start + 3],
                operand: number(bytes[start + 4..<start + 8]))
        }
    }

    func verdict(architecture: UInt32, number: UInt32, arguments: [UInt64] = []) throws -> Verdict {
        // struct seccomp_data: number, architecture, instruction pointer, six arguments.
        var data = [number, architecture, 0, 0]
        for index in 0..<6 {
            let argument = index < arguments.count ? arguments[index] : 0
            data += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
        }
        var accumulator: UInt32 = 0
        var next = 0
        while next < code.count {
            let step = code[next]
            next += 1
            func jump(_ condition: Bool) { next += Int(condition ? step.ifTrue : step.ifFalse) }
            switch step.code {
            case 0x20: accumulator = data[Int(step.operand) / 4]
            case 0x54: accumulator &= step.operand
            case 0x05: next += Int(step.operand)
            case 0x15: jump(accumulator == step.operand)
            case 0x25: jump(accumulator > step.operand)
            case 0x35: jump(accumulator >= step.operand)
            case 0x45: jump(accumulator & step.operand != 0)
            case 0x06:
                switch step.operand & 0xffff_0000 {
                case 0x7fff_0000: return .allowed
                case 0x0005_0000: return .fails(step.operand & 0xffff)
                default: return .other(step.operand)
                }
            default: throw BadProgram()
            }
        }
        throw BadProgram()
    }
}
