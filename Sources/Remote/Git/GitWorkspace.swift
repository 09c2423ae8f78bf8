internal import HTTP
internal import SystemPackage

/// A directory for a repository that lasts for one fetch, and git to work there.
struct GitWorkspace: Sendable {
    /// How long one command may take that moves a repository's content.
    private static let fetchLimit = Duration.seconds(3600)

    /// The address of the repository, without user name and password.
    var remote: String
    var git: GitCommand
    var directory: FilePath

    /// A repository without files.
    var bareRepository: FilePath { directory.appending("repository.git") }

    /// Runs git, which has to succeed, and gives what it prints without the last line break.
    @discardableResult
    func run(_ arguments: [String], in place: FilePath, _ task: String) async throws(TransferError) -> String {
        let outcome = try await git.run(arguments, in: place, limit: Self.fetchLimit)
        guard outcome.isSuccess else { throw failure(task, outcome) }
        return outcome.output.hasSuffix("\n") ? String(outcome.output.dropLast()) : outcome.output
    }

    /// The error that a failure of git stands for, with git's own words.
    func failure(_ task: String, _ outcome: GitCommand.Outcome) -> TransferError {
        var said = outcome.errors.split(separator: "\n").map(String.init)
            .filter {
                !$0.isEmpty && !$0.hasPrefix("hint:") && !$0.hasPrefix("Please make sure")
                    && !$0.hasPrefix("and the repository")
            }
        if said.count > 5 { said = Array(said.suffix(5)) }
        let words = said.joined(separator: "; ")
        let isRefused = ["Authentication failed", "could not read Username", "Permission denied", "403"].contains {
            words.contains($0)
        }
        let text = "\(task) \(remote)\(HTTPResponse.printable(words).map { ": \($0)" } ?? "")"
        return TransferError(isRefused ? .unauthorized : .git, text)
    }

    /// Makes an empty repository whose remote is the address.
    func initialize(_ repository: FilePath, isBare: Bool, commit: String) async throws(TransferError) {
        let format = commit.utf8.count == 64 ? ["--object-format=sha256"] : []
        try await run(
            ["init", "--quiet", "--template="] + format + (isBare ? ["--bare"] : []) + ["--", repository.string],
            in: directory, "cannot prepare a repository for")
        try await run(
            ["-C", repository.string, "config", "remote.origin.url", remote], in: directory,
            "cannot prepare a repository for")
    }

    /// Fetches one commit, or the tag that is of it, with its files and without history where the server can do that.
    func fetch(_ revision: GitRevision, into repository: FilePath) async throws(TransferError) {
        let base = [
            "-C", repository.string, "fetch", "--quiet", "--no-write-fetch-head", "--no-recurse-submodules",
            "--no-auto-maintenance",
        ]
        var attempts = [["--depth=1", "--no-tags", "--", "origin", revision.object]]
        if let reference = revision.reference {
            attempts.append(["--depth=1", "--no-tags", "--", "origin", reference])
        }
        // Old and plain servers give only what their references name, and whole histories.
        attempts.append(["--no-tags", "--", "origin", "+refs/*:refs/slipway/*"])
        var failure: TransferError?
        for attempt in attempts {
            let outcome = try await git.run(base + attempt, in: directory, limit: Self.fetchLimit)
            if outcome.isSuccess, try await contains(revision, repository) { return }
            guard outcome.isSuccess || !Self.isFinal(outcome.errors) else {
                throw self.failure("cannot fetch from", outcome)
            }
            if !outcome.isSuccess { failure = failure ?? self.failure("cannot fetch \(revision.commit) from", outcome) }
        }
        throw failure
            ?? TransferError(.notFound, "the repository \(remote) has no commit \(revision.commit)")
    }

    /// Whether asking in another way cannot help.
    private static func isFinal(_ errors: String) -> Bool {
        [
            "Authentication failed", "could not read Username", "Could not resolve host", "Connection refused",
            "Permission denied", "Host key verification failed", "not allowed", "SSL certificate", "No space left",
        ].contains { errors.contains($0) }
    }

    private func contains(_ revision: GitRevision, _ repository: FilePath) async throws(TransferError) -> Bool {
        try await git.run(
            ["-C", repository.string, "cat-file", "-e", revision.object + "^{commit}"], in: directory,
            limit: Self.fetchLimit
        ).isSuccess
    }

    /// The full name of the only commit that begins so, found among all that the repository has.
    func findCommit(beginningWith prefix: String) async throws(TransferError) -> String? {
        try await initialize(bareRepository, isBare: true, commit: "")
        // With its files: asked to leave them out, a plain file server sends git round in a circle.
        try await run(
            [
                "-C", bareRepository.string, "fetch", "--quiet", "--no-tags", "--no-auto-maintenance", "--", "origin",
                "+refs/*:refs/slipway/*",
            ], in: directory, "cannot fetch from")
        let outcome = try await git.run(
            [
                "-C", bareRepository.string, "rev-parse", "--verify", "--quiet", "--end-of-options",
                prefix + "^{commit}",
            ],
            in: directory, limit: Self.fetchLimit)
        let name = outcome.output.prefix { $0 != "\n" }
        return outcome.isSuccess && GitRevision.isCommit(String(name)) ? String(name) : nil
    }
}
