public import Dockerfile
internal import FileSystem
public import HTTP
public import SystemPackage

extension RemoteClient {
    /// Writes the files of a revision into a directory: with its submodules, unless the address says otherwise, and
    /// without `.git`, unless the address keeps it and names no subdirectory.
    ///
    /// Files have the modes 0644 and 0755, directories 0755, whatever the umask; all times are that of the commit. A `.git`
    /// that is kept is a repository with one commit and the remote `origin`, the same for every fetch of the revision.
    ///
    /// - Parameters:
    ///   - directory: exists and is empty; what is in it after an error is of no use.
    /// - Throws: `notFound` where there is no such commit or subdirectory, `digestMismatch`, `git` with what git says,
    ///   `unauthorized`, `missingProgram`, `canceled`, `store`.
    @concurrent
    public func checkOut(
        _ address: GitAddress, at revision: GitRevision, into directory: FilePath,
        credentials: RemoteCredentials = .none
    ) async throws(TransferError) -> GitCheckout {
        try await withWorkspace(address, credentials) { (workspace) throws(TransferError) in
            let keeps = (address.keepsGitDirectory ?? false) && address.subdirectory == nil
            let repository = keeps ? directory.appending(".git") : workspace.bareRepository
            try await workspace.initialize(keeps ? directory : repository, isBare: !keeps, commit: revision.commit)
            try await workspace.fetch(revision, into: repository)
            let commit = try await workspace.run(
                ["-C", repository.string, "rev-parse", "--verify", revision.object + "^{commit}"], in: directory,
                "cannot read")
            if let checksum = address.checksum, !commit.hasPrefix(checksum), !revision.object.hasPrefix(checksum) {
                throw mismatch(address, checksum, [revision.object, commit])
            }
            let time = try await workspace.run(
                ["-C", repository.string, "log", "-1", "--no-show-signature", "--format=%ct", commit], in: directory,
                "cannot read")
            guard let seconds = Int64(time) else {
                throw TransferError(.git, "the commit \(commit) of \(workspace.remote) has no time")
            }
            let place = ["--git-dir", repository.string, "--work-tree", directory.string]
            try await workspace.run(
                place + ["checkout", "--quiet", "--force", "--detach", commit], in: directory, "cannot check out")
            if address.fetchesSubmodules ?? true {
                try await workspace.updateSubmodules(place, in: directory)
            }
            if keeps {
                try await workspace.tidy(repository, revision, in: directory)
            } else {
                try Self.writing(directory) { try Checkout.removeGitFiles(below: directory) }
            }
            let root = try Self.root(of: address, in: directory)
            try Self.writing(directory) {
                try Checkout.normalize(root, time: Timestamp(seconds: seconds))
            }
            return GitCheckout(root: root, commit: commit, time: Timestamp(seconds: seconds))
        }
    }

    /// The directory that the address means; no part of it may be a link.
    private static func root(of address: GitAddress, in directory: FilePath) throws(TransferError) -> FilePath {
        guard let subdirectory = address.subdirectory else { return directory }
        var path = directory
        do {
            var handle = try DirectoryHandle(directory)
            for component in FilePath(root: "/", FilePath(subdirectory).components).lexicallyNormalized().components {
                guard let name = FileName(component) else { continue }
                handle = try handle.openDirectory(name)
                path.append(component)
            }
            return path
        } catch {
            throw TransferError(
                .notFound, "\(address.redacted) has no directory \"\(subdirectory)\", or a link is on the way to it",
                cause: error)
        }
    }

    private static func writing(_ directory: FilePath, _ body: () throws -> Void) throws(TransferError) {
        do { try body() } catch {
            throw TransferError(.store, "cannot prepare the checkout in \(directory): \(error)", cause: error)
        }
    }
}
