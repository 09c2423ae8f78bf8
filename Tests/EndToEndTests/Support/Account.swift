import FoundationEssentials
import Glibc
import Testing

/// Who runs a process: the user who runs the tests or, when that is root, also an ordinary user.
enum Account: Sendable, CustomTestStringConvertible {
    /// The user who runs the tests.
    case current
    /// The ordinary user that `scripts/setup test` makes, with subordinate ids.
    case ordinary
    /// The same user where nothing can raise its privileges (no_new_privs), so that newuidmap refuses and one id is all there
    /// is.
    case confined

    static let ordinaryName = "slipway-test"

    /// Both kinds of user, as far as this machine lets the tests be them.
    static var all: [Account] { geteuid() == 0 ? [.current, .ordinary] + more : [.current] }

    /// Accounts that only the tests of their own run as, unless SLIPWAY_TEST_ALL_ACCOUNTS is set: then each test does.
    private static var more: [Account] {
        ProcessInfo.processInfo.environment["SLIPWAY_TEST_ALL_ACCOUNTS"] == nil ? [] : [.confined]
    }

    /// All of them, as far as this machine lets the tests be them.
    static var every: [Account] { geteuid() == 0 ? [.current, .ordinary, .confined] : [.current, .confined] }

    static var isRoot: Bool { geteuid() == 0 }

    /// Whether the processes have the machine's root rights.
    var isRoot: Bool { self == .current && Account.isRoot }

    var testDescription: String {
        switch self {
        case .current: isRoot ? "root" : "ordinary user"
        case .ordinary: "ordinary user"
        case .confined: "ordinary user with one id"
        }
    }

    /// Whether it is another user than the one who runs the tests.
    private var isOther: Bool { self != .current && Account.isRoot }

    /// The command that runs another one as this user, keeping the process identifier.
    func command(_ program: String, _ arguments: [String]) -> (String, [String]) {
        let user = Account.ordinaryName
        let flags =
            (isOther ? ["--reuid", user, "--regid", user, "--init-groups"] : [])
            + (self == .confined ? ["--no-new-privs"] : [])
        return flags.isEmpty ? (program, arguments) : ("setpriv", flags + ["--", program] + arguments)
    }

    /// The whole environment of the processes: nothing of the developer's own settings reaches a test.
    var environment: [String: String] {
        [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": isOther
                ? "/home/\(Account.ordinaryName)" : ProcessInfo.processInfo.environment["HOME"] ?? "/",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
        ]
    }

    /// The numbers of the user that owns this account's files; nil for whoever runs the tests.
    func owner() throws -> (user: uid_t, group: gid_t)? {
        guard isOther else { return nil }
        guard let entry = getpwnam(Account.ordinaryName) else {
            throw TestFailure("there is no user \(Account.ordinaryName); run scripts/setup test")
        }
        return (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }
}
