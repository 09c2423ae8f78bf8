import BuildGraph
import Dockerfile
import OCI
import Synchronization

/// Decides what a name of a source stands for in this build: source policies first, then the lock file.
///
/// Everything that asks for an image, a repository or a file by name comes by here, before it asks and with what it got.
final class SourceRules: Sendable {
    private let policies: [SourcePolicy]
    /// What has to be used; nil where names stand for what they stand for now.
    private let enforced: SourceLock?
    private let lockName: String
    /// Whether every name has to stand for one thing, since that goes into a lock file.
    private let isLocking: Bool
    private let used = Mutex(SourceLock())

    init(
        policies: [SourcePolicy] = [], enforced: SourceLock? = nil, lockName: String = "", isLocking: Bool = false
    ) {
        self.isLocking = isLocking
        self.policies = policies
        self.enforced = enforced
        self.lockName = lockName
    }

    /// What was used so far.
    var usedSources: SourceLock { used.withLock { $0 } }

    // MARK: Images

    /// The image to ask for in place of one.
    ///
    /// Throws ``BuildError`` where it is denied, or missing in the lock file.
    func image(_ reference: ImageReference) throws -> ImageReference {
        let allowed = try converted(reference, reference)
        guard let enforced, reference.digest == nil else { return allowed }
        guard let digest = enforced.images[reference.canonicalName] else {
            throw missing("the image \(reference.canonicalName)")
        }
        return allowed.with(digest: digest)
    }

    /// Takes note of what an image's name stood for. Policies may be about that, too: then it is the image to ask for
    /// instead; otherwise nil.
    func found(_ digest: Digest, for asked: ImageReference, written: ImageReference) throws -> ImageReference? {
        if asked.digest == nil {
            let exact = asked.with(digest: digest)
            let allowed = try converted(exact, exact)
            if allowed != exact { return allowed }
        }
        let name = written.canonicalName
        let other = used.withLock { used in
            let known = used.images[name]
            used.images[name] = known ?? digest
            return known.flatMap { $0 == digest ? nil : $0 }
        }
        if let other, isLocking {
            throw BuildError(
                .imageUnavailable, "\(name) stands for \(other) on one platform and for \(digest) on another",
                help: "the store has it for one platform only: build with --pull")
        }
        return nil
    }

    private func converted(_ reference: ImageReference, _ shown: ImageReference) throws -> ImageReference {
        let scheme = "docker-image://"
        let source = SourcePolicy.Source(scheme + reference.canonicalName)
        let result = try evaluate(source)
        guard result.identifier != source.identifier else { return reference }
        guard result.identifier.hasPrefix(scheme),
            let other = try? ImageReference(parsing: String(result.identifier.dropFirst(scheme.count)))
        else { throw unusable(source, result) }
        return other
    }

    /// An image of a layout on this machine, given as a context of this name.
    func checkLayout(_ name: String, digest: Digest) throws {
        try check(SourcePolicy.Source("oci-layout://\(name)@\(digest)"))
    }

    // MARK: Repositories

    /// The repository to ask for in place of one.
    func repository(_ address: GitAddress) throws -> GitAddress {
        let source = Self.source(address)
        let result = try evaluate(source)
        var allowed = address
        if result != source { allowed = try Self.address(result, for: address) ?? { throw unusable(source, result) }() }
        guard let enforced else { return allowed }
        guard let commit = enforced.repositories[address.lockName] else {
            throw missing("the repository \(address.lockName)")
        }
        allowed.checksum = commit
        allowed.fetchesByCommit = true
        return allowed
    }

    /// Takes note of the commit that a repository's reference stood for.
    func found(commit: String, for address: GitAddress) {
        used.withLock { $0.repositories[address.lockName] = commit }
    }

    private static func source(_ address: GitAddress) -> SourcePolicy.Source {
        let remote = address.remote
        let start = remote.contains("://") ? remote.cut(after: "://") : remote
        var identifier = "git://" + start
        if address.reference != nil || address.subdirectory != nil { identifier += "#" + (address.reference ?? "") }
        if let directory = address.subdirectory { identifier += ":" + directory }
        var attributes = ["git.fullurl": remote]
        attributes["git.checksum"] = address.checksum
        return SourcePolicy.Source(identifier, attributes: attributes)
    }

    private static func address(_ source: SourcePolicy.Source, for old: GitAddress) throws -> GitAddress? {
        let before = Self.source(old)
        var address = old
        if source.identifier != before.identifier {
            guard source.identifier.hasPrefix("git://") else { return nil }
            let parts = source.identifier.dropFirst("git://".count).split(
                separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            // The place without its scheme; which one it was stands in an attribute.
            let place = String(parts[0])
            let hasMoved = !before.identifier.dropFirst("git://".count).hasPrefix(place)
            if hasMoved { address.remote = "https://" + place }
            let fragment = parts.count > 1 ? parts[1].split(separator: ":", maxSplits: 1) : []
            address.reference = fragment.first.flatMap { $0.isEmpty ? nil : String($0) }
            address.subdirectory = fragment.count > 1 ? String(fragment[1]) : nil
        }
        if let remote = source.attributes["git.fullurl"], remote != old.remote { address.remote = remote }
        address.checksum = source.attributes["git.checksum"]
        return address
    }

    // MARK: Files

    /// The address and the checksum to ask for in place of those of a file.
    func file(_ url: String, checksum: Digest?) throws -> (url: String, checksum: Digest?) {
        var source = SourcePolicy.Source(url)
        source.attributes["http.checksum"] = checksum?.description
        let result = try evaluate(source)
        var allowed = (url: url, checksum: checksum)
        if result != source {
            guard WebAddress.isAddress(result.identifier) else { throw unusable(source, result) }
            allowed.url = result.identifier
            do { allowed.checksum = try result.attributes["http.checksum"].map(Digest.init(parsing:)) } catch {
                throw unusable(source, result)
            }
        }
        guard let enforced else { return allowed }
        let name = WebAddress.lockName(url)
        guard let digest = enforced.files[name] else { throw missing("the file \(name)") }
        guard allowed.checksum == nil || allowed.checksum == digest else {
            throw BuildError(
                .copyFailed,
                "\(name) has the checksum \(allowed.checksum?.description ?? "") but \(lockName) says \(digest)",
                help: "write the lock file anew with --lock")
        }
        allowed.checksum = digest
        return allowed
    }

    /// Takes note of what an address stood for.
    func found(_ digest: Digest, at url: String) {
        used.withLock { $0.files[WebAddress.lockName(url)] = digest }
    }

    // MARK: Directories

    /// A directory of this machine, given as a context of this name.
    func checkLocal(_ name: String) throws { try check(SourcePolicy.Source("local://\(name)")) }

    // MARK: -

    private func check(_ source: SourcePolicy.Source) throws {
        let result = try evaluate(source)
        guard result == source else { throw unusable(source, result) }
    }

    private func evaluate(_ source: SourcePolicy.Source) throws -> SourcePolicy.Source {
        do { return try SourcePolicy.evaluate(policies, source) } catch {
            throw BuildError(
                .sourceDenied, error.description,
                help: "the source policy is the file that EXPERIMENTAL_BUILDKIT_SOURCE_POLICY names")
        }
    }

    private func unusable(_ source: SourcePolicy.Source, _ result: SourcePolicy.Source) -> BuildError {
        BuildError(
            .sourceDenied,
            "the source policy converts \(source.identifier) to \(result.identifier), which cannot take its place",
            help: "the source policy is the file that EXPERIMENTAL_BUILDKIT_SOURCE_POLICY names")
    }

    private func missing(_ what: String) -> BuildError {
        BuildError(
            .sourceNotLocked, "\(what) is not in \(lockName)",
            help: "build once with --lock, with the same target and arguments, to add it")
    }
}

extension GitAddress {
    /// The address as the lock file has it.
    fileprivate var lockName: String {
        (remote.contains("://") ? WebAddress.redacted(remote) : remote) + (reference.map { "#" + $0 } ?? "")
    }
}

extension WebAddress {
    /// The address as the lock file has it: without user name and password. What is asked for behind a question mark stays,
    /// as another question has another answer.
    fileprivate static func lockName(_ url: String) -> String {
        let query = url.drop { $0 != "?" }.prefix { $0 != "#" }
        return redacted(url) + query
    }
}

extension String {
    /// What stands behind the first `separator`.
    fileprivate func cut(after separator: String) -> String {
        guard let range = firstRange(of: separator) else { return self }
        return String(self[range.upperBound...])
    }
}
