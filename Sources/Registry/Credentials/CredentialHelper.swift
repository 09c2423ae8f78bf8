internal import HTTP
internal import OCI
internal import Subprocess
internal import SystemPackage

/// A program `docker-credential-NAME` that keeps credentials, by the protocol of docker's credential helpers: one word as
/// its argument, JSON or a server's name through its standard input, JSON through its standard output.
///
/// Nothing that a helper prints is shown: it may hold a secret.
struct CredentialHelper: Sendable {
    let name: String
    /// The user's environment variables: helpers find their stores by them.
    let environment: [String: String]

    /// How long a helper may take; it may ask its user for a passphrase.
    private static let limit = Duration.seconds(120)
    /// What a helper may print, in bytes.
    private static let maximumOutput = 1 << 20

    /// What a helper may be told, in bytes: what fits into a pipe that nobody reads yet.
    private static let maximumInput = 60_000

    private var program: String { "docker-credential-\(name)" }

    /// Whether this can be a helper's name: not a path, and no more than a word.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    true
                default: "-_.".utf8.contains(byte)
                }
            }
    }

    /// The credential of a registry; nil where the helper has none.
    func credential(of registry: String) async throws(RegistryError) -> Credential? {
        let key = CredentialDocument.key(of: registry)
        let outcome = try await run("get", input: key)
        guard outcome.isSuccess else {
            // The words of the helpers' library, without which there is no telling this from a failure.
            if outcome.output.contains("credentials not found in native keychain") { return nil }
            throw failure("cannot give the login for \(registry)")
        }
        guard let answer = try? JSONValue(parsing: outcome.output), let username = answer["Username"]?.stringValue,
            let secret = answer["Secret"]?.stringValue
        else { throw failure("gives an answer that cannot be understood") }
        guard !secret.isEmpty else { return nil }
        return username == "<token>"
            ? Credential(kind: .identityToken(Secret(secret))) : Credential(username: username, password: secret)
    }

    /// Has the helper keep a credential.
    func store(_ credential: Credential, of registry: String) async throws(RegistryError) {
        let (username, secret) =
            switch credential.kind {
            case .password(let username, let password): (username, password)
            case .identityToken(let token): ("<token>", token)
            }
        let document: JSONValue = [
            "ServerURL": .string(CredentialDocument.key(of: registry)), "Username": .string(username),
            "Secret": .string(secret.exposed),
        ]
        let outcome = try await run("store", input: String(decoding: document.encoded(), as: UTF8.self))
        guard outcome.isSuccess else { throw failure("cannot keep the login for \(registry)") }
    }

    /// Has the helper forget a credential, if it has one.
    func erase(_ registry: String) async throws(RegistryError) {
        let outcome = try await run("erase", input: CredentialDocument.key(of: registry))
        guard outcome.isSuccess || outcome.output.contains("credentials not found in native keychain") else {
            throw failure("cannot forget the login for \(registry)")
        }
    }

    private func failure(_ what: String, cause: (any Error)? = nil) -> RegistryError {
        RegistryError(.invalidConfiguration, "the credential helper \(program) \(what)", cause: cause)
    }

    private func run(_ word: String, input: String) async throws(RegistryError) -> (isSuccess: Bool, output: String) {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        guard input.utf8.count <= Self.maximumInput else { throw failure("cannot be told that much") }
        let (program, environment) = (program, Environment.custom(variables))
        do {
            return try await withThrowingTaskGroup(of: (Bool, String)?.self) { group in
                group.addTask {
                    var options = PlatformOptions()
                    options.processGroupID = 0
                    options.teardownSequence = [
                        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
                        .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero),
                    ]
                    // Not `.string`: the library ends this process when a helper ends without reading its input.
                    let pipe = try FileDescriptor.pipe()
                    try pipe.writeEnd.closeAfter { _ = try pipe.writeEnd.writeAll(input.utf8) }
                    let result = try await Subprocess.run(
                        .name(program), arguments: [word], environment: environment, platformOptions: options,
                        input: .fileDescriptor(pipe.readEnd, closeAfterSpawningProcess: true),
                        output: .string(limit: Self.maximumOutput), error: .discarded)
                    return (result.terminationStatus.isSuccess, result.standardOutput)
                }
                group.addTask {
                    try await Task.sleep(for: Self.limit)
                    return nil
                }
                let first = try await group.next() ?? nil
                group.cancelAll()
                guard let first else { throw failure("did not end within \(Self.limit)") }
                return first
            }
        } catch let error as RegistryError {
            throw error
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw failure("is not installed")
        } catch {
            guard !Task.isCancelled else { throw RegistryError(.canceled, "the request was canceled", cause: error) }
            throw failure("cannot be run")
        }
    }
}
