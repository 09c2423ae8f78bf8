import ArgumentParser
import HTTP
import OCI
import Registry

/// `slipway login`
struct LoginCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to a registry.",
        usage: "slipway login [-u USERNAME] [--password-stdin] [REGISTRY]",
        discussion: """
            Without a registry, to Docker Hub. The login is kept where docker keeps it, so that docker, podman and skopeo \
            find it: with the credential helper that the file names, else in the file itself, readable by its owner only.
            """)

    @Option(name: .shortAndLong, help: .init("The user's name.", valueName: "username"))
    var username: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    @Option(name: .shortAndLong, help: .hidden)
    var password: String?

    @Flag(help: "Print the name that the stored login has, and change nothing.")
    var getLogin = false

    @Option(
        help: .init(
            "The file to keep the login in.",
            discussion: "Default: $REGISTRY_AUTH_FILE, $DOCKER_CONFIG/config.json, or ~/.docker/config.json",
            valueName: "file"), completion: .file())
    var authfile: String?

    @Flag(name: .shortAndLong, help: "Print nothing.")
    var quiet = false

    @Option(help: .init("How the result is printed: table or json.", valueName: "format"))
    var format = ListFormat.table

    @Argument(help: .init("The registry: host[:port].", valueName: "registry"))
    var registry: String?

    var store: StoreFlags { StoreFlags() }
    var preparation: ProcessPreparation { .none }

    func run(in context: CommandContext) async throws -> ExitCode {
        guard password == nil else {
            throw CommandLineError(
                "a password on the command line can be read by every user of this machine, and stays in the shell's history",
                help: "use --password-stdin: slipway login -u NAME --password-stdin REGISTRY <file")
        }
        let name: String
        do { name = try RegistryClient.registry(named: registry) } catch { throw CommandLineError(error.message) }
        let logins =
            authfile.map { CredentialStore(file: $0, environment: context.environment) }
            ?? CredentialStore(environment: context.environment)
        if getLogin {
            guard let login = try await logins.login(at: name) else { throw CommandFailure("not logged in to \(name)") }
            try context.standardOutput.writeLine(TerminalText.sanitized(login.username))
            return .success
        }
        if username == nil, !passwordStdin, let known = try await logins.login(at: name) {
            do {
                try await verify(known, at: name, context)
                try report(known, at: name, nil, context)
                return .success
            } catch let error as RegistryError where error.code == .unauthorized && context.standardInputIsTerminal {
                try context.standardError.writeLine(
                    "note: the stored login of \(TerminalText.sanitized(known.username)) is not accepted any more")
            }
        }
        let credential = try credential(context)
        try await verify(credential, at: name, context)
        try report(credential, at: name, try await logins.store(credential, for: name), context)
        return .success
    }

    private func verify(_ credential: Credential, at registry: String, _ context: CommandContext) async throws {
        let isChecked = try await RegistryClient.use(environment: context.environment) {
            try await $0.verify(credential, at: registry)
        }
        guard !isChecked else { return }
        try context.standardError.writeLine(
            "note: \(registry) asks nobody for a password, so it is not known whether this one is right")
    }

    /// The credential that the user gives.
    private func credential(_ context: CommandContext) throws -> Credential {
        if passwordStdin {
            guard let username else {
                throw CommandLineError("--password-stdin needs --username", help: "use -u NAME --password-stdin")
            }
            return try Self.checked(username, try PasswordInput.line(of: context.standardInput))
        }
        guard context.standardInputIsTerminal else {
            throw CommandLineError(
                "there is no terminal to ask for the password on", help: "use -u NAME --password-stdin")
        }
        var name = username ?? ""
        if username == nil {
            try context.standardError.write("Username: ")
            name = try PasswordInput.line(ofTerminal: context.standardInput, isHidden: false)
        }
        try context.standardError.write("Password: ")
        let password = try PasswordInput.line(ofTerminal: context.standardInput, isHidden: true)
        // The user's own line break was not shown either.
        try context.standardError.write("\n")
        return try Self.checked(name, password)
    }

    private static func checked(_ username: String, _ password: String) throws(CommandLineError) -> Credential {
        guard !username.isEmpty, !username.contains(":") else {
            throw CommandLineError("a user name must not be empty or hold a colon")
        }
        guard !password.isEmpty else { throw CommandLineError("the password is empty") }
        return Credential(username: username, password: password)
    }

    private func report(
        _ credential: Credential, at registry: String, _ place: CredentialStore.Place?, _ context: CommandContext
    ) throws {
        if format == .json {
            var json: JSONValue = ["registry": .string(registry), "username": .string(credential.username)]
            switch place {
            case .file(let file): json["file"] = .string(file)
            case .helper(let helper): json["helper"] = .string(helper)
            case nil: break
            }
            try context.standardOutput.writeLine(String(decoding: json.encoded(), as: UTF8.self))
        } else if !quiet {
            try context.standardOutput.writeLine("Login Succeeded")
            if place == nil {
                try context.standardError.writeLine(
                    "note: with the stored login of \(TerminalText.sanitized(credential.username))")
            }
        }
    }
}
