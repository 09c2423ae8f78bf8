internal import FileSystem
internal import HTTP
internal import SystemPackage

extension GitWorkspace {
    /// The commands, without `git`, that make the same repository of what a fetch left. They are also run by a shell.
    private static let tidying = [
        ["reflog", "expire", "--all", "--expire=now"],
        ["-c", "pack.threads=1", "-c", "repack.writeBitmaps=false", "repack", "-a", "-d", "-f", "-n", "--quiet"],
        // An index without what stat says of the files; git fills it in when it is next used.
        ["read-tree", "--empty"], ["read-tree", "HEAD"],
    ]

    /// Fetches the submodules and theirs, without history where the servers can do that.
    func updateSubmodules(_ place: [String], in directory: FilePath) async throws(TransferError) {
        let update = place + ["submodule", "--quiet", "update", "--init", "--recursive"]
        let shallow = try await git.run(update + ["--depth=1"], in: directory, limit: .seconds(3600))
        if shallow.isSuccess { return }
        guard ["shallow", "depth", "not our ref", "unadvertised"].contains(where: shallow.errors.contains) else {
            throw failure("cannot fetch the submodules of", shallow)
        }
        try await run(update, in: directory, "cannot fetch the submodules of")
    }

    /// Takes out of a repository what differs from one fetch of the same commit to the next: where it came from on this
    /// machine, the times and inode numbers in its index, and how a server happened to pack its objects.
    func tidy(_ repository: FilePath, _ revision: GitRevision, in directory: FilePath) async throws(TransferError) {
        let inside = ["-C", repository.string]
        let task = "cannot keep the repository of"
        if let reference = revision.reference {
            try await run(inside + ["update-ref", "--no-deref", reference, revision.object], in: directory, task)
        }
        let others = try await run(
            inside + ["for-each-ref", "--format=%(refname)", "refs/slipway/"], in: directory, task)
        for name in others.split(separator: "\n") {
            try await run(inside + ["update-ref", "-d", String(name)], in: directory, task)
        }
        // Known only now, so that fetching by name made no reference of its own.
        try await run(
            inside + ["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"], in: directory, task)
        for arguments in Self.tidying { try await run(inside + arguments, in: directory, task) }
        let commands =
            Self.tidying.map { (["git"] + $0).joined(separator: " ") } + [#"rm -rf "$(git rev-parse --git-dir)/logs""#]
        try await run(
            [
                "--git-dir", repository.string, "--work-tree", directory.string, "submodule", "--quiet", "foreach",
                "--quiet", "--recursive", commands.joined(separator: " && "),
            ], in: directory, task)
        do {
            let handle = try DirectoryHandle(repository)
            for name in ["FETCH_HEAD", "ORIG_HEAD", "logs"] as [FileName] {
                guard let status = try handle.statusIfExists(of: name) else { continue }
                if status.kind == .directory { try handle.removeTree(name) } else { try handle.removeFile(name) }
            }
        } catch {
            throw TransferError(.store, "\(task) \(remote): \(error)", cause: error)
        }
    }
}
