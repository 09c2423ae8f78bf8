public import HTTP
internal import Subprocess
internal import SystemPackage

/// Runs the program git so that only what it is told counts.
///
/// The configuration of the machine and of the user is not read, hooks and file system monitors do not run, nobody is asked
/// for a password, and of the protocols that git knows only http, https, ssh and git are allowed: a repository must not
/// take files of this machine for its submodules. What a server may see of credentials is passed in the environment, where
/// `ps` does not show it.
struct GitCommand: Sendable {
    /// What git printed.
    struct Outcome: Sendable {
        var isSuccess: Bool
        var output: String
        var errors: String
    }

    private let environment: [Environment.Key: String]

    /// - Parameters:
    ///   - user: the user's environment variables.
    ///   - knownHosts: a file for the keys of ssh servers that the user does not know yet.
    init(user: [String: String], remote: GitRemote, agent: FilePath?, knownHosts: FilePath) {
        var variables = [
            "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "HOME": "/dev/null", "LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "http:https:ssh:git",
            // A server that sends less than 1000 bytes a second for a minute is given up.
            "GIT_HTTP_LOW_SPEED_LIMIT": "1000", "GIT_HTTP_LOW_SPEED_TIME": "60",
        ]
        let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"]
        for name in proxies + proxies.map({ $0.lowercased() }) + ["PATH"] { variables[name] = user[name] }
        if let file = user["SSL_CERT_FILE"], !file.isEmpty { variables["GIT_SSL_CAINFO"] = file }
        if let agent { variables["SSH_AUTH_SOCK"] = agent.string }
        var hosts = [knownHosts.string]
        if let home = user["HOME"], !home.isEmpty { hosts.append(home + "/.ssh/known_hosts") }
        // Keys of new servers are taken and kept for this build; one that differs from the user's is refused.
        variables["GIT_SSH_COMMAND"] =
            "ssh -F /dev/null -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=20 "
            + "-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=\(Self.quoted(hosts.joined(separator: " ")))"
        var settings: [(key: String, value: String)] = [
            ("safe.directory", "*"), ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"),
            ("advice.detachedHead", "false"), ("init.defaultBranch", "master"), ("gc.auto", "0"),
            ("maintenance.auto", "false"), ("submodule.fetchJobs", "4"),
        ]
        if let authorization = remote.authorization {
            settings.append(("http.\(remote.scope).extraheader", "Authorization: \(authorization.exposed)"))
        }
        variables["GIT_CONFIG_COUNT"] = "\(settings.count)"
        for (index, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(index)"] = setting.key
            variables["GIT_CONFIG_VALUE_\(index)"] = setting.value
        }
        environment = Dictionary(
            uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
    }

    /// A text as one word for the shell that git gives the command to.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// Runs git to its end, for at most `limit`.
    ///
    /// - Throws: `missingProgram` without git, `canceled`, `connectionLost` when the time is over.
    func run(_ arguments: [String], in directory: FilePath?, limit: Duration) async throws(TransferError) -> Outcome {
        let environment = self.environment
        do {
            return try await withThrowingTaskGroup(of: Outcome?.self) { group in
                group.addTask {
                    var options = PlatformOptions()
                    // With its helpers: a group of its own, which is ended together.
                    options.processGroupID = 0
                    options.teardownSequence = [
                        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2)),
                        .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero),
                    ]
                    let result = try await Subprocess.run(
                        .name("git"), arguments: Arguments(arguments), environment: .custom(environment),
                        workingDirectory: directory, platformOptions: options, input: .none,
                        output: .string(limit: 64 << 20), error: .string(limit: 64 << 20))
                    return Outcome(
                        isSuccess: result.terminationStatus.isSuccess, output: result.standardOutput,
                        errors: result.standardError)
                }
                group.addTask {
                    try await Task.sleep(for: limit)
                    return nil
                }
                let first = try await group.next() ?? nil
                group.cancelAll()
                guard let first else {
                    throw TransferError(.connectionLost, "git did not end within \(limit)")
                }
                return first
            }
        } catch let error as TransferError {
            throw error
        } catch {
            if Task.isCancelled { throw TransferError(.canceled, "the fetch was canceled", cause: error) }
            throw TransferError(
                .missingProgram, "cannot run git: \(error); ADD from a repository needs the program git", cause: error)
        }
    }
}

extension TransferError.Code {
    /// A program that is needed is not installed or does not start.
    public static let missingProgram = Self("missingProgram")
    /// git failed.
    public static let git = Self("git")
}
