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
    /// A user without subordinate ids.
    case single

    static let ordinaryName = "slipway-test"
    static let singleName = "slipway-single"

    /// Who builds in tests that are about users: root and the ordinary user, as far as this machine lets the tests be them;
    /// or whom SLIPWAY_TEST_ACCOUNTS names (current, ordinary, confined, single; with commas between them).
    static var all: [Account] { chosen ?? (geteuid() == 0 ? [.current, .ordinary] : [.current]) }

    /// Those of them whose builds have more ids than one, which container runtimes need.
    static var withAllIDs: [Account] { all.filter { !$0.hasOneID } }

    /// Who builds in all other tests.
    static var standard: Account { chosen?.first ?? .current }

    private static let chosen: [Account]? = {
        guard let names = ProcessInfo.processInfo.environment["SLIPWAY_TEST_ACCOUNTS"] else { return nil }
        let known: [String: Account] = [
            "current": .current, "ordinary": .ordinary, "confined": .confined, "single": .single,
        ]
        return names.split(separator: ",").map { name in
            guard let account = known[String(name)] else { preconditionFailure("SLIPWAY_TEST_ACCOUNTS: \(name)") }
            return account
        }
    }()

    /// Every kind, as far as this machine lets the tests be them.
    static var every: [Account] {
        geteuid() == 0 ? [.current, .ordinary, .confined, .single] : [.current, .confined]
    }

    static var isRoot: Bool { geteuid() == 0 }

    /// Whether the processes have the machine's root rights.
    var isRoot: Bool { self == .current && Account.isRoot }

    /// Whether one id is all that its builds have.
    var hasOneID: Bool { self == .confined || self == .single }

    var testDescription: String {
        switch self {
        case .current: isRoot ? "root" : "ordinary user"
        case .ordinary: "ordinary user"
        case .confined: "ordinary user without new privileges"
        case .single: "user without subordinate ids"
        }
    }

    /// Whether it is another user than the one who runs the tests.
    private var isOther: Bool { self != .current && Account.isRoot }

    /// The name of another user.
    private var name: String { self == .single ? Account.singleName : Account.ordinaryName }

    /// The command that runs another one as this user, keeping the process identifier.
    func command(_ program: String, _ arguments: [String]) -> (String, [String]) {
        let flags =
            (isOther ? ["--reuid", name, "--regid", name, "--init-groups"] : [])
            + (self == .confined ? ["--no-new-privs"] : [])
        return flags.isEmpty ? (program, arguments) : ("setpriv", flags + ["--", program] + arguments)
    }

    /// The whole environment of the processes: nothing of the developer's own settings reaches a test.
    var environment: [String: String] {
        [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": isOther
                ? "/home/\(name)" : ProcessInfo.processInfo.environment["HOME"] ?? "/",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
        ]
    }

    /// The numbers of the user that owns this account's files; nil for whoever runs the tests.
    func owner() throws -> (user: uid_t, group: gid_t)? {
        guard isOther else { return nil }
        guard let entry = getpwnam(name) else {
            throw TestFailure("there is no user \(name); run scripts/setup test")
        }
        return (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }
}
