import Dockerfile
import FileSystem
import Subprocess
import SystemPackage

/// The git repository that a directory of this machine is in, as far as a build wants to know of it.
///
/// A machine without git, or a repository that git refuses, answers nothing: that is no reason to fail a build.
struct GitWorkTree {
    private let directory: FilePath

    /// The work tree that a directory is in; nil where it is in none.
    init?(containing directory: FilePath) {
        guard Self.hasRepository(above: directory) else { return nil }
        self.directory = directory
    }

    /// When the last commit was made, in seconds since 1970, if nothing in the directory differs from that commit.
    func commitTime() async -> Int64? {
        guard let status = await git("status", "--porcelain", "--", "."), status.isEmpty else { return nil }
        return await git("log", "-1", "--format=%ct").flatMap { Int64($0) }
    }

    /// The commit that is checked out, by its full name. With `marksChanges` it ends in `-dirty` where tracked files
    /// differ from it.
    func revision(marksChanges: Bool) async -> String? {
        guard let commit = await git("rev-parse", "--verify", "HEAD"), !commit.isEmpty else { return nil }
        guard marksChanges, let status = await git("status", "--porcelain", "--ignored=no"), !status.isEmpty else {
            return commit
        }
        return commit + "-dirty"
    }

    /// The address of the remote that the branch follows, else of `origin`, else of `upstream`, without user name and
    /// password.
    func remoteAddress() async -> String? {
        var names = ["origin", "upstream"]
        if let branch = await git("symbolic-ref", "--quiet", "--short", "HEAD"),
            let followed = await git("config", "--get", "branch.\(branch).remote"), followed != "."
        {
            names.insert(followed, at: 0)
        }
        for name in names {
            guard let address = await git("remote", "get-url", name), !address.isEmpty else { continue }
            return address.contains("://") ? WebAddress.redacted(address) : address
        }
        return nil
    }

    /// The path of a directory below the top of the work tree, `.` for the top; nil for one outside of it.
    func path(of other: FilePath) async -> String? {
        guard let top = await git("rev-parse", "--show-toplevel").map({ FilePath($0) }), other.starts(with: top) else {
            return nil
        }
        let relative = FilePath(root: nil, other.components.dropFirst(top.components.count))
        return relative.isEmpty ? "." : relative.string
    }

    private static func hasRepository(above directory: FilePath) -> Bool {
        var path = directory
        while true {
            if let handle = try? DirectoryHandle(path), (try? handle.statusIfExists(of: ".git")) != .some(nil) {
                return true
            }
            guard path.removeLastComponent() else { return false }
        }
    }

    /// What git prints, without the last line break. The repository's own configuration must not start programs.
    private func git(_ arguments: String...) async -> String? {
        let guards = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
        let result = try? await Subprocess.run(
            .name("git"), arguments: Arguments(guards + ["-C", directory.string] + arguments),
            environment: .inherit.updating(["GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"]),
            output: .string(limit: 1 << 20), error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return nil }
        let text = result.standardOutput
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
