public import OCI

/// What the names of a build's sources stood for, in a file beside the Dockerfile: `Dockerfile.lock`.
///
/// `--lock` writes it, `--locked` builds with nothing else. Names are canonical, without user names and passwords; an image
/// has the digest of its index, or of its manifest where there is no index, a repository its commit, a file its checksum.
public struct SourceLock: Sendable, Hashable {
    /// Digests by canonical reference, such as `docker.io/library/alpine:3.20`.
    public var images: [String: Digest] = [:]
    /// Commits by address with reference, such as `https://github.com/owner/project.git#main`.
    public var repositories: [String: String] = [:]
    /// Digests by address.
    public var files: [String: Digest] = [:]

    private static let version: Int64 = 1

    /// A lock without entries.
    public init() {}

    /// Reads a lock file.
    ///
    /// Throws ``BuildError`` for what is none.
    public init(parsing bytes: [UInt8], name: String) throws {
        func failure(_ reason: String) -> BuildError {
            BuildError(.invalidOption, "\(name) is no lock file: \(reason)", help: "write it anew with --lock")
        }
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch { throw failure("\(error)") }
        guard let version = json["version"]?.integerValue else { throw failure("it has no version") }
        guard version == Self.version else { throw failure("its version is \(version), not \(Self.version)") }
        func entries(_ key: String) throws -> [String: String] {
            guard let value = json[key] else { return [:] }
            guard let members = value.objectValue else { throw failure("\(key) is no object") }
            return try members.mapValues { value in
                guard let text = value.stringValue else { throw failure("\(key) holds something that is no text") }
                return text
            }
        }
        func digest(_ text: String) throws -> Digest {
            do { return try Digest(parsing: text) } catch { throw failure("\(error)") }
        }
        images = try entries("images").mapValues(digest)
        files = try entries("http").mapValues(digest)
        repositories = try entries("git")
        let isCommit = { (text: String) in
            [40, 64].contains(text.utf8.count) && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        }
        if let wrong = repositories.values.first(where: { !isCommit($0) }) {
            throw failure("\"\(wrong)\" is no commit")
        }
    }

    /// The file's bytes, the same for the same entries.
    public func encoded() -> [UInt8] {
        var json: JSONValue = ["version": .integer(Self.version)]
        if !images.isEmpty { json["images"] = .strings(images.mapValues(\.description)) }
        if !repositories.isEmpty { json["git"] = .strings(repositories) }
        if !files.isEmpty { json["http"] = .strings(files.mapValues(\.description)) }
        return json.encoded(indentation: 2) + [0x0a]
    }

    /// The entries of an older lock with those of this one in place of them.
    func refreshing(_ older: SourceLock) -> SourceLock {
        var lock = older
        lock.images.merge(images) { $1 }
        lock.repositories.merge(repositories) { $1 }
        lock.files.merge(files) { $1 }
        return lock
    }

    /// The names in this lock that a build did not use, sorted.
    func unused(by used: SourceLock) -> [String] {
        let names =
            images.keys.filter { used.images[$0] == nil } + repositories.keys.filter { used.repositories[$0] == nil }
            + files.keys.filter { used.files[$0] == nil }
        return names.sorted()
    }
}

/// What a build does with its lock file.
public enum LockUse: Sendable, Hashable {
    /// It is not looked at.
    case none
    /// `--lock`: it is written, or its entries are refreshed.
    case write
    /// `--locked`: nothing else is used than what it names.
    case enforce
}
