import Sandbox
import Synchronization

/// The way from what a process prints to everybody who hears of it: here, and only here, secrets are taken out.
final class RedactedOutput: Sendable {
    /// Empty where there is nothing to hide.
    private let redactors: Mutex<[SandboxOutput: SecretRedactor]>
    private let handOn: @Sendable (SandboxOutput, [UInt8]) -> Void

    /// - Parameter secrets: those that the process was given.
    init(hiding secrets: [[UInt8]], _ handOn: @escaping @Sendable (SandboxOutput, [UInt8]) -> Void) {
        let redactor = SecretAutomaton(secrets).map(SecretRedactor.init)
        redactors = Mutex(redactor.map { [.standardOutput: $0, .standardError: $0] } ?? [:])
        self.handOn = handOn
    }

    func append(_ stream: SandboxOutput, _ bytes: [UInt8]) {
        let clean = redactors.withLock { $0[stream]?.redact(bytes) ?? bytes }
        if !clean.isEmpty { handOn(stream, clean) }
    }

    /// Hands on what waited for more. To be called when the process has ended.
    func finish() {
        for stream in [SandboxOutput.standardOutput, .standardError] {
            let rest = redactors.withLock { $0[stream]?.finish() ?? [] }
            if !rest.isEmpty { handOn(stream, rest) }
        }
    }
}
