import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// A process that a test runs: what to start, as whom, and for how long at most.
///
/// Both outputs go to files, not pipes, so that a process which outlives its parent cannot hold a test up; tests look for
/// such processes themselves.
struct Command: Sendable {
    var program: String
    var arguments: [String]
    var environment: [String: String] = [:]
    var directory: FilePath?
    var input: String?
    var account: Account = .current
    var limit: Duration = .seconds(120)

    /// What is left of a process that ended.
    struct Outcome: Sendable {
        /// The exit code, or 128 and the signal's number, as a shell tells it.
        var status: Int
        var output: Data
        var errors: String
        var duration: Duration

        var text: String { String(decoding: output, as: UTF8.self) }
        /// Everything that was printed, for a failure's message.
        var transcript: String { "exit \(status)\n\(errors)\(output.count < 20_000 ? text : "")" }
    }

    /// A process that runs.
    struct Running: Sendable {
        var identifier: pid_t
        fileprivate var errors: FilePath

        func send(_ signal: Int32) { kill(identifier, signal) }

        /// Sends the signal to the whole process group, as a terminal does when somebody presses Ctrl-C.
        func sendToGroup(_ signal: Int32) { kill(-identifier, signal) }

        /// Whether nothing is left but the exit status.
        private var hasEnded: Bool {
            guard let status = try? File.text(FilePath("/proc/\(identifier)/stat")) else { return true }
            // The state follows the command's name, which is in parentheses and may hold any character.
            return status.split(separator: ")").last?.hasPrefix(" Z") ?? true
        }

        /// Waits until the text is in standard error.
        func waitForError(_ text: String, limit: Duration = .seconds(30)) async throws {
            var found = false
            _ = try await eventually(limit) {
                let ended = hasEnded
                found = try File.text(errors).contains(text)
                return found || ended
            }
            if !found { throw TestFailure("'\(text)' did not appear in:\n\(try File.text(errors))") }
        }
    }

    /// Runs the process to its end, and `body` beside it.
    func run(beside body: @Sendable @escaping (Running) async throws -> Void = { _ in }) async throws -> Outcome {
        let scratch = try TemporaryDirectory()
        defer { scratch.remove() }
        let (output, errors) = (scratch.path.appending("output"), scratch.path.appending("errors"))
        let start = ContinuousClock.now
        let status = try await within(limit, "\(program) \(arguments.joined(separator: " "))") {
            try await execute(output: output, errors: errors, body: body)
        } explanation: {
            (try? File.text(errors)) ?? ""
        }
        return Outcome(
            status: status, output: try File.data(output), errors: try File.text(errors),
            duration: ContinuousClock.now - start)
    }

    private func execute(
        output: FilePath, errors: FilePath, body: @Sendable @escaping (Running) async throws -> Void
    ) async throws -> Int {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let (program, arguments) = account.command(program, arguments)
        var variables: [Environment.Key: String] = [:]
        for (name, value) in account.environment.merging(environment, uniquingKeysWith: { $1 }) {
            guard let key = Environment.Key(rawValue: name) else { throw TestFailure("no variable name: \(name)") }
            variables[key] = value
        }
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(arguments),
            environment: .custom(variables),
            workingDirectory: directory,
            platformOptions: options,
            input: .string(input ?? ""),
            output: .fileDescriptor(try File.create(output), closeAfterSpawningProcess: true),
            error: .fileDescriptor(try File.create(errors), closeAfterSpawningProcess: true)
        ) { execution in
            try await body(Running(identifier: execution.processIdentifier.value, errors: errors))
        }
        switch result.terminationStatus {
        case .exited(let code): return Int(code)
        case .signaled(let signal): return 128 + Int(signal)
        }
    }
}

/// Runs `operation`, and cancels it when it takes longer than `limit`.
private func within<Value: Sendable>(
    _ limit: Duration, _ what: String, operation: @Sendable @escaping () async throws -> Value,
    explanation: @Sendable @escaping () -> String
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TestFailure("still running after \(limit): \(what)\n\(explanation())")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}

/// Asks every 20 ms whether something is so, until it is or the time is over; the last answer.
func eventually(_ limit: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if try await condition() { return true }
        if ContinuousClock.now > deadline { return false }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Why a test could not even ask its question.
struct TestFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
