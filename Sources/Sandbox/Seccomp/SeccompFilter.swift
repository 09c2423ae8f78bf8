import CSandbox
import CSeccomp
import Glibc
import SystemPackage

/// The BPF program of `SeccompProfile`, made by libseccomp, as an array of `struct sock_filter`.
enum SeccompFilter {
    /// The filter for programs of this machine and of its 32-bit sibling.
    static func make() throws(SandboxError) -> [UInt8] {
        guard let context = unsafe seccomp_init(errnoAction(EPERM)) else {
            throw SandboxError(.isolationRefused, "libseccomp cannot make a filter")
        }
        defer { unsafe seccomp_release(context) }
        let native = seccomp_arch_native()
        let isIntel = native == 0xc000_003e
        let sibling: UInt32? = isIntel ? 0x4000_0003 : native == 0xc000_00b7 ? 0x4000_0028 : nil
        if let sibling { try check(unsafe seccomp_arch_add(context, sibling)) }
        // x32 and other machines' programs.
        try check(unsafe seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, errnoAction(ENOSYS)))
        // A search tree instead of a list: to install it, the kernel runs the filter once for every call there is.
        try check(unsafe seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2))

        let names = SeccompProfile.allowed + (isIntel ? SeccompProfile.allowedOnIntel : SeccompProfile.allowedOnARM)
        for name in names { try unsafe add(String(name), action: allow, to: context) }
        for condition in SeccompProfile.conditions {
            try unsafe add(condition.name, action: allow, if: condition.test, to: context)
        }
        for name in SeccompProfile.unimplemented { try unsafe add(name, action: errnoAction(ENOSYS), to: context) }

        let architectures = [native] + (sibling.map { [$0] } ?? [])
        let newest = architectures.map { architecture in
            (architecture: architecture, number: newestNumber(of: names, on: architecture))
        }
        return try unsafe FilterPrologue.make(newest) + export(context)
    }

    static let allow: UInt32 = 0x7fff_0000

    static func errnoAction(_ error: Int32) -> UInt32 { 0x0005_0000 | UInt32(error) }

    /// A failure of libseccomp: a negative errno.
    static func check(_ result: Int32) throws(SandboxError) {
        guard result >= 0 else {
            throw SandboxError(.isolationRefused, "libseccomp cannot make a filter", cause: Errno(rawValue: -result))
        }
    }

    private static func add(
        _ name: String, action: UInt32, if test: SeccompProfile.Condition.Test? = nil, to context: scmp_filter_ctx
    ) throws(SandboxError) {
        let number = unsafe seccomp_syscall_resolve_name(name)
        // __NR_SCMP_ERROR: newer than the library. Negative numbers otherwise are calls of another architecture.
        guard number != -1 else { return }
        guard let test else { return try check(unsafe seccomp_rule_add_array(context, action, number, 0, nil)) }
        var comparison =
            switch test {
            case .equals(let value):
                scmp_arg_cmp(arg: 0, op: SCMP_CMP_EQ, datum_a: value, datum_b: 0)
            case .lessThan(let value):
                scmp_arg_cmp(arg: 0, op: SCMP_CMP_LT, datum_a: value, datum_b: 0)
            case .hasNone(let bits):
                scmp_arg_cmp(arg: 0, op: SCMP_CMP_MASKED_EQ, datum_a: bits, datum_b: 0)
            }
        try check(unsafe seccomp_rule_add_array(context, action, number, 1, &comparison))
    }

    private static func newestNumber(of names: [Substring], on architecture: UInt32) -> UInt32 {
        names.map { unsafe seccomp_syscall_resolve_name_arch(architecture, String($0)) }
            .filter { $0 >= 0 }.max().map(UInt32.init) ?? .max
    }

    static func export(_ context: scmp_filter_ctx) throws(SandboxError) -> [UInt8] {
        let file = unsafe csandbox_empty_memory_file("seccomp")
        try check(file)
        defer { csandbox_close(file) }
        try check(unsafe seccomp_export_bpf(context, file))
        let descriptor = FileDescriptor(rawValue: file)
        do {
            let size = try Int(descriptor.seek(offset: 0, from: .end))
            try descriptor.seek(offset: 0, from: .start)
            return try unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch {
            throw SandboxError(.isolationRefused, "cannot read the seccomp filter", cause: error as? Errno)
        }
    }
}
