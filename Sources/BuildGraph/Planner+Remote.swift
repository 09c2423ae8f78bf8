import Dockerfile
import OCI

/// Sources that are not on this machine: files on the web and git repositories.
extension Planner {
    /// What a remote source is.
    enum RemoteKind {
        case file
        case repository
    }

    /// What kind of address a source is; nil for a path.
    ///
    /// Throws `DockerfileError` for the address of a repository that cannot be used.
    func remoteKind(of text: String, at range: SourceRange) throws(DockerfileError) -> RemoteKind? {
        if try gitAddress(text, at: range) != nil { return .repository }
        return WebAddress.isAddress(text) ? .file : nil
    }

    /// The repository that a source names; nil for anything else. What is written like a local path is one.
    private func gitAddress(_ text: String, at range: SourceRange) throws(DockerfileError) -> GitAddress? {
        do {
            guard let address = try GitAddress(parsing: text), !address.looksLocal else { return nil }
            return address
        } catch {
            throw self.error(.invalidArgument, "invalid address of a git repository: \(error)", at: range)
        }
    }

    /// What an `ADD` takes from an address; nil where the source is a path.
    func remoteSource(
        _ text: String, _ add: AddInstruction, checksum: String?, _ range: SourceRange
    ) throws(DockerfileError) -> CopyOperation.Source? {
        let checksum = checksum.flatMap { $0.isEmpty ? nil : $0 }
        if let git = try gitAddress(text, at: range) {
            return CopyOperation.Source(
                origin: .git(try configured(git, add, checksum: checksum, range)), path: "/", range: range)
        }
        guard WebAddress.isAddress(text) else { return nil }
        if let checksum {
            do {
                _ = try Digest(parsing: checksum)
            } catch let cause {
                throw error(.invalidFlag, "invalid checksum \(checksum): \(cause)", at: add.checksum?.range ?? range)
            }
        }
        return CopyOperation.Source(
            origin: .remoteFile(url: text, checksum: checksum), path: WebAddress.fileName(of: text),
            unpacks: add.unpack ?? false, range: range)
    }

    /// The address with what the flags of the instruction say.
    private func configured(
        _ address: GitAddress, _ add: AddInstruction, checksum: String?, _ range: SourceRange
    ) throws(DockerfileError) -> GitAddress {
        var git = address
        if let keeps = add.keepGitDirectory {
            guard git.keepsGitDirectory == nil || git.keepsGitDirectory == keeps else {
                throw error(
                    .invalidFlag, "inconsistent keep-git-dir configuration",
                    help: "give --keep-git-dir or the query keep-git-dir, not both", at: range)
            }
            git.keepsGitDirectory = keeps
        }
        if let checksum {
            guard
                checksum.utf8.allSatisfy({
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
                })
            else {
                throw error(
                    .invalidFlag,
                    "invalid checksum \(checksum) for a git repository: a commit is named by hexadecimal digits",
                    at: add.checksum?.range ?? range)
            }
            guard git.checksum == nil || git.checksum == checksum else {
                throw error(.invalidFlag, "checksum mismatch \"\(checksum)\" != \"\(git.checksum ?? "")\"", at: range)
            }
            git.checksum = checksum
        }
        return git
    }
}
