/// Tells from the text of an `ADD` source whether it names a file on the web, a git repository, or a local path.
enum RemoteSource {
    /// Why an address of a git repository cannot be used.
    struct InvalidAddress: Error, CustomStringConvertible {
        var description: String
    }

    static func isRemote(_ text: String) -> Bool { isHTTP(text) || isGit(text) }

    private static func isHTTP(_ text: String) -> Bool { text.hasPrefix("http://") || text.hasPrefix("https://") }

    /// Whether it is a repository: a `git://` or `ssh://` address, `git@host:path`, or an HTTP address that ends in
    /// `.git` before its query or fragment.
    static func isGit(_ text: String) -> Bool {
        if text.hasPrefix("git://") || text.hasPrefix("ssh://") { return true }
        let path = text.prefix { $0 != "#" && $0 != "?" }
        if isHTTP(text) { return path.hasSuffix(".git") }
        if text.hasPrefix("github.com/") { return true }
        guard let at = path.firstIndex(of: "@"), let colon = path[at...].firstIndex(of: ":") else { return false }
        return !path[..<at].contains("/") && !path[at..<colon].contains("/")
    }

    /// The name that a downloaded file gets: the last part of the address's path.
    static func fileName(of address: String) -> String {
        guard let start = firstRange(of: "://", in: address)?.upperBound else { return "__unnamed__" }
        let rest = address[start...].prefix { $0 != "#" && $0 != "?" }
        guard let slash = rest.firstIndex(of: "/") else { return "__unnamed__" }
        let last = rest[slash...].split(separator: "/").last.map(String.init)
        return last ?? "__unnamed__"
    }

    /// Takes a git address apart: `remote[#reference[:subdirectory]]`, or the same as query parameters.
    static func git(_ text: String) throws(InvalidAddress) -> GitSource {
        var remote = text
        var source = GitSource(
            remote: "", reference: nil, subdirectory: nil, keepsGitDirectory: false, checksum: nil)
        if let hash = remote.firstIndex(of: "#") {
            let fragment = remote[remote.index(after: hash)...]
            remote = String(remote[..<hash])
            let parts = fragment.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            source.reference = parts.first.flatMap { $0.isEmpty ? nil : $0 }
            source.subdirectory = parts.count > 1 && !parts[1].isEmpty ? parts[1] : nil
        }
        if let mark = remote.firstIndex(of: "?") {
            let query = remote[remote.index(after: mark)...]
            remote = String(remote[..<mark])
            for parameter in query.split(separator: "&") {
                let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                    String.init)
                try apply(parts[0], parts.count > 1 ? parts[1] : "", to: &source)
            }
        }
        if remote.hasPrefix("github.com/") { remote = "https://" + remote }
        source.remote = remote
        return source
    }

    private static func apply(_ key: String, _ value: String, to source: inout GitSource) throws(InvalidAddress) {
        switch key {
        case "ref", "tag", "branch":
            guard source.reference == nil else { throw InvalidAddress(description: "git address names two references") }
            source.reference =
                key == "tag" ? "refs/tags/\(value)" : key == "branch" ? "refs/heads/\(value)" : value
        case "subdir": source.subdirectory = value
        case "checksum", "commit": source.checksum = value
        case "keep-git-dir": source.keepsGitDirectory = value.isEmpty || value == "1" || value == "true"
        default:
            throw InvalidAddress(description: "unexpected query \"\(key)\" in the git address")
        }
    }
}
