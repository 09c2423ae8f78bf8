public import OCI

/// What a push did in one repository.
public struct PushReport: Hashable, Sendable {
    /// The names, with the digest that they mean now.
    public var names: [ImageReference] = []
    /// The blobs whose bytes were sent.
    public var uploaded: [Digest] = []
    /// The blobs that the registry took from other repositories of its own.
    public var mounted: [Digest] = []
    /// The blobs that were there; those of manifests that were there as well are not even looked for.
    public var present: [Digest] = []
    /// The manifests and indexes that were sent.
    public var documents: [Digest] = []
}

/// Something that happened to a blob during a push.
public enum PushEvent: Hashable, Sendable {
    /// Up to so many bytes are on their way.
    case sending(Descriptor, Int64)
    /// It was there, or is mounted.
    case spared(Descriptor, isMounted: Bool)
    /// It is there now.
    case sent(Descriptor)
}
