import CSeccomp
import Glibc

/// The BPF program that has the kernel ask the notifier (`CSandbox/notifier.c`) about system calls. Everything else goes on.
///
/// Calls of 32-bit programs are not asked about: their structures are others. What they do belongs to 0:0.
enum NotificationFilter {
    /// What the kernel cannot do for a sandbox itself.
    enum Scope: Hashable {
        /// No device node can be made in a user namespace.
        case deviceNodes
        /// Besides, there is only one id, so files and processes cannot belong to anybody else.
        case identities
    }

    /// Calls of every scope.
    static let deviceNodeCalls = ["mknod", "mknodat"]

    /// Calls that read or change who a process is, or whose a file is. A name unknown to an architecture means nothing there.
    static let identityCalls = [
        "chown", "fchown", "lchown", "fchownat", "chmod", "fchmod", "fchmodat", "fchmodat2", "mkdir", "mkdirat",
        "symlink",
        "symlinkat", "creat", "openat2", "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid",
        "setgroups",
        "setfsuid", "setfsgid", "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getgroups", "stat",
        "lstat", "fstat", "newfstatat", "statx",
    ]

    /// Calls that are asked about if an argument says so.
    static let conditionalCalls: [(name: String, argument: UInt32, mask: UInt64, value: UInt64)] = [
        // Those that may make a file.
        ("open", 1, UInt64(O_CREAT), UInt64(O_CREAT)), ("openat", 2, UInt64(O_CREAT), UInt64(O_CREAT)),
        // RLIMIT_LOCKS says to the notifier who a process is, and PAM's modules set all limits anew.
        ("setrlimit", 0, 0xffff_ffff, 10), ("prlimit64", 1, 0xffff_ffff, 10),
        // PR_SET_KEEPCAPS: who is about to be somebody else and means to stay powerful.
        ("prctl", 0, 0xffff_ffff, 8),
    ]

    /// As an array of `struct sock_filter`.
    static func make(_ scope: Scope) throws(SandboxError) -> [UInt8] {
        guard let context = unsafe seccomp_init(SeccompFilter.allow) else {
            throw SandboxError(.isolationRefused, "libseccomp cannot make a filter")
        }
        defer { unsafe seccomp_release(context) }
        try SeccompFilter.check(unsafe seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SeccompFilter.allow))
        try SeccompFilter.check(unsafe seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2))
        let names = deviceNodeCalls + (scope == .identities ? identityCalls : [])
        for number in names.compactMap(number) {
            try SeccompFilter.check(unsafe seccomp_rule_add_array(context, notify, number, 0, nil))
        }
        guard scope == .identities else { return try unsafe SeccompFilter.export(context) }
        for call in conditionalCalls {
            guard let number = number(of: call.name) else { continue }
            var comparison = scmp_arg_cmp(
                arg: call.argument, op: SCMP_CMP_MASKED_EQ, datum_a: call.mask, datum_b: call.value)
            try SeccompFilter.check(unsafe seccomp_rule_add_array(context, notify, number, 1, &comparison))
        }
        return try unsafe SeccompFilter.export(context)
    }

    /// SECCOMP_RET_USER_NOTIF.
    private static let notify: UInt32 = 0x7fc0_0000

    private static func number(of name: String) -> Int32? {
        let number = unsafe seccomp_syscall_resolve_name(name)
        return number >= 0 ? number : nil
    }
}
