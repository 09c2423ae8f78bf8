import CSeccomp
import Testing

@testable import Sandbox

@Suite struct SeccompFilterTests {
    static let filter = Result { () throws(SandboxError) in FilterMachine(try SeccompFilter.make()) }
    static let notPermitted = FilterMachine.Verdict.fails(1)
    static let notImplemented = FilterMachine.Verdict.fails(38)

    func verdict(_ name: String, _ argument: UInt64 = 0) throws -> FilterMachine.Verdict {
        let number = unsafe seccomp_syscall_resolve_name(name)
        try #require(number >= 0, "\(name)")
        return try Self.filter.get().verdict(
            architecture: seccomp_arch_native(), number: UInt32(number), arguments: [argument])
    }

    @Test(arguments: [
        "read", "openat", "execve", "mknodat", "chroot", "ptrace", "setresuid", "capset", "futex", "statx",
        "memfd_create",
        "seccomp", "io_setup", "close_range", "faccessat2",
    ])
    func allows(name: String) throws {
        #expect(try verdict(name) == .allowed)
    }

    @Test(arguments: [
        "mount", "umount2", "unshare", "setns", "pivot_root", "bpf", "keyctl", "add_key", "request_key", "reboot",
        "swapon",
        "init_module", "kexec_load", "open_by_handle_at", "perf_event_open", "userfaultfd", "settimeofday",
        "io_uring_setup",
        "open_tree", "move_mount", "fsopen", "pidfd_getfd", "syslog", "sethostname", "quotactl", "acct",
    ])
    func refuses(name: String) throws {
        #expect(try verdict(name) == Self.notPermitted)
    }

    @Test(arguments: [
        // No namespace may be made by clone; threads and processes may.
        ("clone", 0x11, FilterMachine.Verdict.allowed), ("clone", 0x3d0f00, .allowed),
        ("clone", 0x1000_0011, notPermitted),
        ("clone", 0x2_0011, notPermitted), ("clone", 0x4000_0011, notPermitted), ("clone3", 0, notImplemented),
        ("socket", 1, .allowed), ("socket", 2, .allowed), ("socket", 10, .allowed), ("socket", 16, .allowed),
        ("socket", 17, .allowed), ("socket", 38, notPermitted), ("socket", 40, notPermitted),
        ("socket", 12, notPermitted),
        ("socket", 46, notPermitted), ("socket", 0xffff_ffff, notPermitted),
        ("personality", 0, .allowed), ("personality", 8, .allowed), ("personality", 0x20008, .allowed),
        ("personality", 0xffff_ffff, .allowed), ("personality", 0x0004_0000, notPermitted),
    ])
    func looksAtArguments(name: String, argument: UInt64, expected: FilterMachine.Verdict) throws {
        #expect(try verdict(name, argument) == expected)
    }

    @Test(arguments: [462, 463, 500, 9999, 0x3fff_ffff] as [UInt32])
    func newerCallsAreNotImplemented(number: UInt32) throws {
        let filter = try Self.filter.get()
        #expect(try filter.verdict(architecture: seccomp_arch_native(), number: number) == Self.notImplemented)
        #expect(try filter.verdict(architecture: Self.sibling, number: number) == Self.notImplemented)
    }

    @Test func siblingArchitectureWorks() throws {
        let filter = try Self.filter.get()
        // read and mount, the same numbers on i386 and 32-bit ARM.
        #expect(try filter.verdict(architecture: Self.sibling, number: 3) == .allowed)
        #expect(try filter.verdict(architecture: Self.sibling, number: 21) == Self.notPermitted)
        // Another machine altogether.
        #expect(try filter.verdict(architecture: 0x8000_0016, number: 3) == Self.notImplemented)
    }

    @Test func otherCallingConventionIsNotImplemented() throws {
        guard seccomp_arch_native() == 0xc000_003e else { return }
        // x32's read.
        #expect(try Self.filter.get().verdict(architecture: 0xc000_003e, number: 0x4000_0000) == Self.notImplemented)
    }

    @Test func fitsTheKernelsLimit() throws {
        #expect(try Self.filter.get().code.count < 4096)
    }

    static var sibling: UInt32 { seccomp_arch_native() == 0xc000_003e ? 0x4000_0003 : 0x4000_0028 }
}
