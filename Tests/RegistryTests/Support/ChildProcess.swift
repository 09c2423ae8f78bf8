import Glibc
import SystemPackage

/// A program that a test started, killed with its last reference.
final class ChildProcess: Sendable {
    private let identifier: pid_t

    /// Starts a program with its output and errors going to the file `log`.
    init(_ arguments: [String], environment: [String] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], log: FilePath) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log.string, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, arguments[0], &actions, nil, &argv, &envp)
        guard code == 0 else { throw Errno(rawValue: code) }
        identifier = child
    }

    deinit {
        kill(identifier, SIGKILL)
        waitpid(identifier, nil, 0)
    }

    /// Runs a program to its end and returns its exit status; everything but 0 is what went wrong.
    static func run(_ arguments: [String], log: FilePath) throws -> Int32 {
        let child = try ChildProcess(arguments, log: log)
        var info = siginfo_t()
        // WNOWAIT leaves the process to be waited for by `deinit`.
        while waitid(P_PID, id_t(child.identifier), &info, WEXITED | WNOWAIT) != 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
        return withExtendedLifetime(child) { info._sifields._sigchld.si_status }
    }

    static func isInstalled(_ programs: String...) -> Bool {
        programs.allSatisfy { access($0, X_OK) == 0 }
    }
}
