public import OCI

/// The digests of whole selections of a build context's files, so that nothing need be looked up file by file where
/// nothing has changed.
///
/// Each is kept with a fingerprint of the context: a digest of everything that tells one state of it from another without
/// reading its files. It counts only as long as the fingerprint is the same.
public struct SelectionDigests: Sendable {
    struct Entry: Hashable {
        var fingerprint: Digest
        var digest: Digest
    }

    /// The name of the context.
    public let context: String
    var entries: [Digest: Entry]
    /// The purposes whose entries are not in the index yet.
    private(set) var changed: Set<Digest> = []

    init(context: String, entries: [Digest: Entry]) {
        self.context = context
        self.entries = entries
    }

    /// The digest of what is selected for a purpose, if the context was in the same state when it was computed.
    public func digest(for purpose: Digest, fingerprint: Digest) -> Digest? {
        guard let entry = entries[purpose], entry.fingerprint == fingerprint else { return nil }
        return entry.digest
    }

    /// Records a digest. To be called only where no file had changed so shortly before that another change might leave
    /// the fingerprint as it is.
    public mutating func record(_ digest: Digest, for purpose: Digest, fingerprint: Digest) {
        let entry = Entry(fingerprint: fingerprint, digest: digest)
        guard entries[purpose] != entry else { return }
        entries[purpose] = entry
        changed.insert(purpose)
    }
}
