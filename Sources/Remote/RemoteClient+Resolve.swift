internal import ContentStore
public import Dockerfile
public import HTTP
internal import SystemPackage

extension RemoteClient {
    /// How long the server may take to tell its references.
    private static let listingLimit = Duration.seconds(120)

    /// Asks the repository what the address's reference names now. The full name of a commit needs no asking.
    ///
    /// - Throws: `notFound` for a reference that there is not; `digestMismatch` where it names another commit than the
    ///   address's checksum; `git` with what git says, `missingProgram`, `canceled`.
    @concurrent
    public func resolve(
        _ address: GitAddress, credentials: RemoteCredentials = .none
    ) async throws(TransferError) -> GitRevision {
        try check(address)
        if let reference = address.reference, GitRevision.isCommit(reference) {
            if let checksum = address.checksum, !reference.hasPrefix(checksum) {
                throw mismatch(address, checksum, [reference])
            }
            return GitRevision(commit: reference, object: reference, reference: nil)
        }
        if address.fetchesByCommit, let checksum = address.checksum {
            guard GitRevision.isCommit(checksum) else {
                throw TransferError(
                    .invalidConfiguration, "fetch-by-commit needs the full name of a commit, not \(checksum)")
            }
            let reference = address.reference.map { $0.hasPrefix("refs/") ? $0 : "refs/heads/" + $0 }
            return GitRevision(commit: checksum, object: checksum, reference: reference)
        }
        return try await withWorkspace(address, credentials) { (workspace) throws(TransferError) in
            let revision = try await self.ask(address, workspace)
            if let checksum = address.checksum, !revision.commit.hasPrefix(checksum),
                !revision.object.hasPrefix(checksum)
            {
                throw mismatch(address, checksum, [revision.object, revision.commit])
            }
            return revision
        }
    }

    private func check(_ address: GitAddress) throws(TransferError) {
        if let checksum = address.checksum, !GitRevision.isHexadecimal(checksum.lowercased()) {
            throw TransferError(
                .invalidConfiguration, "invalid checksum \(checksum): the digits of a commit's name are expected")
        }
        if let reference = address.reference, reference.hasPrefix("-") {
            throw TransferError(.invalidConfiguration, "invalid git reference \"\(reference)\"")
        }
        if address.fetchesByCommit, address.checksum == nil {
            throw TransferError(.invalidConfiguration, "fetch-by-commit needs a checksum")
        }
    }

    private func ask(_ address: GitAddress, _ workspace: GitWorkspace) async throws(TransferError) -> GitRevision {
        var reference = address.reference ?? ""
        if reference.isEmpty {
            let listing = try await list(address, ["--symref", "--", workspace.remote, "HEAD"], workspace)
            guard let branch = listing.defaultBranch, !branch.hasPrefix("-") else {
                throw TransferError(
                    .notFound, "the repository \(address.redacted) has no default branch; name one behind a #")
            }
            reference = branch
        }
        let listing = try await list(
            address, ["--", workspace.remote, reference, reference + "^{}"], workspace)
        if let revision = listing.revision(of: reference) { return revision }
        if (7..<40).contains(reference.utf8.count), GitRevision.isHexadecimal(reference),
            let commit = try await workspace.findCommit(beginningWith: reference)
        {
            return GitRevision(commit: commit, object: commit, reference: nil)
        }
        throw TransferError(
            .notFound, "the repository \(workspace.remote) does not contain \"\(reference)\"")
    }

    private func list(
        _ address: GitAddress, _ arguments: [String], _ workspace: GitWorkspace
    ) async throws(TransferError) -> ReferenceListing {
        let outcome = try await workspace.git.run(
            ["ls-remote"] + arguments, in: workspace.directory, limit: Self.listingLimit)
        guard outcome.isSuccess else { throw workspace.failure("cannot list the references of", outcome) }
        return ReferenceListing(outcome.output)
    }

    func mismatch(_ address: GitAddress, _ checksum: String, _ commits: [String]) -> TransferError {
        let found = commits.count > 1 && commits[0] != commits[1] ? commits.joined(separator: " or ") : commits[0]
        return TransferError(
            .digestMismatch,
            "expected checksum of \(address.redacted) to match \(checksum), got \(found)")
    }

    /// Lends a directory for a repository, which is removed afterwards, and git with the credentials for the address.
    func withWorkspace<Result>(
        _ address: GitAddress, _ credentials: RemoteCredentials,
        _ body: (GitWorkspace) async throws(TransferError) -> Result
    ) async throws(TransferError) -> Result {
        let lease = try storing { () throws(StoreError) in try store.lease() }
        let directory = lease.directory
        let remote = try GitRemote(address, credentials)
        let git = GitCommand(
            user: environment, remote: remote, agent: credentials.agent, knownHosts: directory.appending("known_hosts"))
        let result = try await body(GitWorkspace(remote: remote.address, git: git, directory: directory))
        try storing { () throws(StoreError) in try lease.end() }
        return result
    }
}
