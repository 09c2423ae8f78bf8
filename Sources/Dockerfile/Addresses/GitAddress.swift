/// The address of a git repository, with what to take from it, as `ADD` and build contexts write it:
///
///     https://host/team/project.git#reference:subdirectory
///     https://host/team/project.git?tag=v1&subdir=docs&keep-git-dir=1
///     git@host:team/project.git
///     ssh://git@host/team/project.git
///
/// An HTTP address is one of a repository only if its path ends in `.git`.
public struct GitAddress: Hashable, Sendable {
    /// Which times the files of a checkout get.
    public enum ModificationTimes: String, Hashable, Sendable {
        case checkout
        case commit
    }

    /// Why an address that is one of a repository cannot be used; one sentence without a full stop.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The sentence.
        public var description: String
    }

    /// The address as git takes it, without fragment and query.
    public var remote: String
    /// Branch, tag, full reference or commit; nil for the default branch.
    public var reference: String?
    /// The commit that the reference has to name, or the beginning of its name.
    public var checksum: String?
    /// The directory to take, below the root of the repository.
    public var subdirectory: String?
    /// Whether `.git` is kept, where the address says so.
    public var keepsGitDirectory: Bool?
    /// Whether submodules are fetched, where the address says so.
    public var fetchesSubmodules: Bool?
    /// Which times the files get, where the address says so.
    public var modificationTimes: ModificationTimes?
    /// Whether the commit that `checksum` names is fetched without asking what the reference names.
    public var fetchesByCommit = false
    /// Whether it is written like a local path (`github.com/team/project`), which only build contexts accept.
    public var looksLocal = false

    /// Reads an address; nil where the text is not one of a repository.
    ///
    /// - Throws: ``Failure`` for a repository with a query that cannot be.
    public init?(parsing text: String) throws(Failure) {
        guard let parts = Parts(text) else { return nil }
        looksLocal = parts.looksLocal
        remote = parts.remote
        if !parts.fragment.isEmpty {
            let (name, directory) = parts.fragment.cut(at: Byte.colon) ?? (parts.fragment, "")
            reference = name.isEmpty ? nil : name
            let path = GoPath.clean("/" + directory).dropFirst()
            subdirectory = path.isEmpty ? nil : String(path)
        }
        try apply(parts.parameters)
    }

    /// Whether a text is the address of a repository, usable or not.
    public static func isAddress(_ text: String) -> Bool { Parts(text) != nil }

    /// The host of the remote with its port, as secrets for one host name it; nil for `user@host:path`.
    public var host: String? { GoURL(remote)?.host }

    /// The remote without user name and password, with the reference: what may be shown to everybody.
    public var redacted: String {
        var text = remote.contains("://") ? WebAddress.redacted(remote) : remote
        if reference != nil || subdirectory != nil { text += "#" + (reference ?? "") }
        if let subdirectory { text += ":" + subdirectory }
        return text
    }
}

extension GitAddress {
    /// An address taken apart, before its query is understood.
    private struct Parts {
        var remote: String
        var fragment: String
        var parameters: [String: [String]]
        var looksLocal = false

        init?(_ text: String) {
            if text.hasPrefix("./") || text.hasPrefix("../") { return nil }
            if text.hasPrefix("github.com/") {
                guard var url = GoURL(text) else { return nil }
                url.scheme = "https"
                self.init(url)
                looksLocal = true
            } else if let scheme = Self.scheme(of: text) {
                guard ["http", "https", "ssh", "git"].contains(scheme), let url = GoURL(text) else { return nil }
                if scheme.hasPrefix("http"), !url.path.hasSuffix(".git") { return nil }
                self.init(url)
            } else {
                self.init(secureCopy: text)
            }
        }

        private init(_ url: GoURL) {
            remote = url.remote
            fragment = url.fragment
            // As Go has it, what is malformed in the query of a URL does not count.
            var isComplete = true
            parameters = GoURL.parameters(of: url.query, isComplete: &isComplete)
        }

        /// What stands before `://`, in small letters, if it is made of letters and digits.
        private static func scheme(of text: String) -> String? {
            let scheme = text.utf8.prefix { Byte.isLetter($0) || Byte.isDigit($0) }
            guard !scheme.isEmpty, text.utf8.dropFirst(scheme.count).starts(with: "://".utf8) else { return nil }
            return String(decoding: scheme, as: UTF8.self).lowercased()
        }

        /// `user@host:path[?query][#fragment]`.
        private init?(secureCopy text: String) {
            guard !text.utf8.contains(UInt8(ascii: "\n")), let (user, afterUser) = text.cut(at: UInt8(ascii: "@")),
                let (host, rest) = afterUser.cut(at: Byte.colon), !user.isEmpty, !host.isEmpty,
                user.utf8.allSatisfy({ Byte.isLetter($0) || Byte.isDigit($0) || "-_".utf8.contains($0) }),
                host.utf8.allSatisfy({ Byte.isLetter($0) || Byte.isDigit($0) || "-.".utf8.contains($0) })
            else { return nil }
            let (beforeFragment, fragment) = rest.cut(at: Byte.hash) ?? (rest, "")
            let (path, query) = beforeFragment.cut(at: Byte.question) ?? (beforeFragment, "")
            var isComplete = true
            parameters = GoURL.parameters(of: query, isComplete: &isComplete)
            guard isComplete else { return nil }
            self.fragment = fragment
            remote = "\(user)@\(host):\(path)"
        }
    }

    private mutating func apply(_ parameters: [String: [String]]) throws(Failure) {
        for (key, values) in parameters.sorted(by: { $0.key < $1.key }) {
            guard values.count < 2 else { throw Failure(description: "query \"\(key)\" has multiple values") }
            let value = values.first ?? ""
            guard !value.isEmpty || ["submodules", "keep-git-dir", "fetch-by-commit"].contains(key) else {
                throw Failure(description: "query \"\(key)\" has no value")
            }
            switch key {
            case "ref": try setReference(value)
            case "tag", "branch": break
            case "subdir":
                if let known = subdirectory, known != value {
                    throw Failure(description: "subdir conflicts: \"\(known)\" vs \"\(value)\"")
                }
                subdirectory = value
            case "checksum", "commit": checksum = value
            case "keep-git-dir": keepsGitDirectory = try flag(value, key)
            case "submodules": fetchesSubmodules = try flag(value, key)
            case "fetch-by-commit": fetchesByCommit = try flag(value, key)
            case "mtime":
                guard let times = ModificationTimes(rawValue: value) else {
                    throw Failure(
                        description: "invalid mtime value: \"\(value)\" (must be \"checkout\" or \"commit\")")
                }
                modificationTimes = times
            default: throw Failure(description: "unexpected query \"\(key)\"")
            }
        }
        if let tag = parameters["tag"]?.first { try setReference(Self.qualified(tag, "refs/tags/")) }
        if let branch = parameters["branch"]?.first {
            guard parameters["tag"] == nil else { throw Failure(description: "branch conflicts with tag") }
            try setReference(Self.qualified(branch, "refs/heads/"))
        }
    }

    private static func qualified(_ name: String, _ prefix: String) -> String {
        name.hasPrefix(prefix) ? name : prefix + name
    }

    private mutating func setReference(_ value: String) throws(Failure) {
        if let reference, reference != value {
            throw Failure(description: "ref conflicts: \"\(reference)\" vs \"\(value)\"")
        }
        reference = value
    }

    /// A truth value as Go's `strconv.ParseBool` reads it; true where there is none.
    private func flag(_ value: String, _ key: String) throws(Failure) -> Bool {
        if value.isEmpty { return true }
        guard let flag = Bool(goText: value) else {
            throw Failure(description: "invalid \(key) value: \"\(value)\"")
        }
        return flag
    }
}
