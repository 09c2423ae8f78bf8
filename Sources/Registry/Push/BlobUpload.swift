internal import HTTP

/// Decides how the bytes of a blob get into a repository (OCI distribution specification, "Pushing blobs"). A value
/// without I/O: whoever sends the requests tells it what came of them and does what it says.
///
///     begin ──► check ──► exists
///                 └─────► start ──► mounted
///                           └─────► send … send ──► finish ──► uploaded
///                                     ▲   │ connection lost
///                                     └──ask where it stands
///
/// A session that the registry has forgotten begins anew. A registry, or a proxy before it, that finds a request too large
/// gets smaller ones.
struct BlobUpload: Sendable {
    /// How the blob came to be in the repository.
    enum Outcome: Hashable, Sendable {
        /// It was there.
        case present
        /// The registry took it from another of its repositories.
        case mounted(from: String)
        case uploaded
    }

    enum Action: Sendable {
        /// HEAD the blob.
        case check
        /// POST for a session, or to mount the blob from another repository.
        case start(mountFrom: String?)
        /// PATCH these bytes.
        case send(location: String, Range<Int64>)
        /// PUT these bytes, which may be none, as the last, with the digest.
        case finish(location: String, Range<Int64>)
        /// GET the session.
        case ask(location: String)
        case done(Outcome)
        case fail(RegistryError)
    }

    /// Blobs up to this size, in bytes, are sent with the request that ends the upload.
    static let singleRequestSize: Int64 = 1 << 20
    /// The first size of pieces, in bytes, where a whole blob is too large for one request.
    static let firstPieceSize: Int64 = 64 << 20
    /// Pieces do not become smaller than this, in bytes: some registries take none that are smaller than 5 MB.
    static let smallestPieceSize: Int64 = 8 << 20
    /// As often a forgotten session is begun anew.
    static let maximumRestarts = 3

    private let size: Int64
    private var candidates: [String]
    private var mounting: String?
    private var location: String?
    /// What the registry is known to have.
    private var offset: Int64 = 0
    private var pieceSize: Int64?
    private var restarts = 0
    private var hasResumed = false
    private var isFinishing = false

    /// An upload of `size` bytes; `candidates` are repositories of the same registry that may hold the blob.
    init(size: Int64, candidates: [String]) {
        self.size = size
        self.candidates = candidates
    }

    /// The first action.
    func begin() -> Action { .check }

    /// The answer to `check`.
    mutating func checked(exists: Bool) -> Action {
        if exists { return .done(isFinishing ? .uploaded : .present) }
        return start()
    }

    private mutating func start() -> Action {
        offset = 0
        location = nil
        isFinishing = false
        mounting = candidates.isEmpty ? nil : candidates.removeFirst()
        return .start(mountFrom: mounting)
    }

    /// The answer to `start`: the blob is mounted.
    func mounted() -> Action { .done(mounting.map { .mounted(from: $0) } ?? .uploaded) }

    /// The answer to `start`: a session at this place.
    mutating func started(at location: String) -> Action {
        self.location = location
        // A mount that failed has begun an upload all the same. It serves as well for the next candidate's.
        return next()
    }

    private mutating func next() -> Action {
        guard let location else { return start() }
        isFinishing = offset >= size || (offset == 0 && size <= Self.singleRequestSize)
        if isFinishing { return .finish(location: location, offset..<size) }
        let end = pieceSize.map { min(size, offset + $0) } ?? size
        return .send(location: location, offset..<end)
    }

    /// The registry took a piece, or was asked where the session stands.
    ///
    /// - Parameters:
    ///   - location: where the upload goes on.
    ///   - range: the value of the `Range` header: what it has, `0-1023` for 1024 bytes.
    ///   - sent: up to where bytes were sent; nil after `ask`.
    mutating func stands(at location: String, range: String?, sent: Int64?) -> Action {
        self.location = location
        let received = range.flatMap(Self.received) ?? sent ?? 0
        guard received <= size else {
            return .fail(RegistryError(.invalidResponse, "the registry says that it has more bytes than were sent"))
        }
        // A registry that takes nothing at all of a piece would be sent the same again for ever.
        if sent != nil, received <= offset { return restart(nil) }
        if sent == nil { hasResumed = true }
        offset = received
        return next()
    }

    /// The number of bytes that a `Range` header tells of. `0-0` is what registries say of none, and of one.
    private static func received(_ range: String) -> Int64? {
        let text = range.hasPrefix("bytes=") ? range.dropFirst(6) : range[...]
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, ends[0] == "0", let end = Int64(ends[1]), end >= 0, end < .max else { return nil }
        return end == 0 ? 0 : end + 1
    }

    /// A request failed for a passing reason, and it is time for another attempt.
    mutating func interrupted() -> Action {
        // Whether the last request arrived is the question; the blob may be there.
        if isFinishing || location == nil { return .check }
        return location.map { .ask(location: $0) } ?? .check
    }

    /// The registry knows nothing of the session, or not of its bytes.
    mutating func forgotten(_ error: RegistryError) -> Action { restart(error) }

    /// The registry does not accept the bytes. Where they were sent in parts that is not certain to be their fault.
    mutating func rejected(_ error: RegistryError) -> Action {
        guard hasResumed else { return .fail(error) }
        hasResumed = false
        return restart(error)
    }

    /// A request was too large.
    mutating func tooLarge(_ error: RegistryError) -> Action {
        let size = pieceSize.map { $0 / 2 } ?? Self.firstPieceSize
        guard size >= Self.smallestPieceSize, self.size > Self.smallestPieceSize, let location else {
            return .fail(error)
        }
        pieceSize = min(size, max(Self.smallestPieceSize, self.size / 2))
        return .ask(location: location)
    }

    private mutating func restart(_ error: RegistryError?) -> Action {
        restarts += 1
        guard restarts <= Self.maximumRestarts else {
            return .fail(
                error ?? RegistryError(.invalidResponse, "the registry takes no bytes of an upload it has begun"))
        }
        return start()
    }
}
