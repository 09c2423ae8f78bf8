import FoundationEssentials
import Glibc
import Testing

/// Who runs a process: the user who runs the tests or, when that is root, also an ordinary user.
enum Account: Sendable, CustomTestStringConvertible {
    /// The user who runs the tests.
    case current
    /// The ordinary user that `scripts/setup test` makes, with subordinate ids.
    case ordinary

    static let ordinaryName = "slipway-test"

    /// Both kinds of user, as far as this machine lets the tests be them.
    static var all: [Account] { geteuid() == 0 ? [.current, .ordinary] : [.current] }

    static var isRoot: Bool { geteuid() == 0 }

    /// Whether the processes have the machine's root rights.
    var isRoot: Bool { self == .current && Account.isRoot }

    var testDescription: String { isRoot ? "root" : "ordinary user" }

    /// The command that runs another one as this user, keeping the process identifier.
    func command(_ program: String, _ arguments: [String]) -> (String, [String]) {
        guard self == .ordinary else { return (program, arguments) }
        let user = Account.ordinaryName
        return ("setpriv", ["--reuid", user, "--regid", user, "--init-groups", "--", program] + arguments)
    }

    /// The whole environment of the processes: nothing of the developer's own settings reaches a test.
    var environment: [String: String] {
        [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": self == .ordinary
                ? "/home/\(Account.ordinaryName)" : ProcessInfo.processInfo.environment["HOME"] ?? "/",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
        ]
    }

    /// The numbers of the user that owns this account's files; nil for whoever runs the tests.
    func owner() throws -> (user: uid_t, group: gid_t)? {
        guard self == .ordinary else { return nil }
        guard let entry = getpwnam(Account.ordinaryName) else {
            throw TestFailure("there is no user \(Account.ordinaryName); run scripts/setup test")
        }
        return (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }
}
