public import Archive
public import OCI
public import SystemPackage

/// One `--cache-from`: where the results of another store's steps may be had.
public enum CacheSource: Sendable, Hashable {
    /// A cache that was written by ``CacheTarget/local(_:)``, or an OCI layout with an image that carries its cache; by
    /// tag or digest, or what `latest` is.
    case directory(FilePath, selector: String?)
    /// An image that carries its cache: of a named context, of the local store or of a registry.
    case image(ImageReference)
}

/// One `--cache-to`: where the results of this build's steps are to be had by others.
public enum CacheTarget: Sendable, Hashable {
    /// In the configuration of the image that is exported.
    case inline
    /// In a directory.
    case local(LocalCacheTarget)
    /// In a registry.
    case registry(ImageReference, CacheSettings)
}

/// What a cache holds and how.
public struct CacheSettings: Sendable, Hashable {
    /// Which steps a cache holds.
    public enum Scope: String, Sendable, Hashable {
        /// Those whose layers the image has.
        case min
        /// Those of all stages that the build needs.
        case max
    }

    /// Which steps it holds.
    public var scope: Scope
    /// How layers are compressed; nil for as they are in the image that is exported.
    public var compression: Compression?
    /// Whether a cache that cannot be written is a warning instead of a failure.
    public var ignoresErrors: Bool

    /// Settings with the defaults of `docker buildx build`.
    public init(scope: Scope = .min, compression: Compression? = nil, ignoresErrors: Bool = false) {
        self.scope = scope
        self.compression = compression
        self.ignoresErrors = ignoresErrors
    }
}

/// A directory that a cache is written to: an OCI layout.
public struct LocalCacheTarget: Sendable, Hashable {
    /// The layout; it is made.
    public var directory: FilePath
    /// The name of the cache in the layout.
    public var tag: String
    /// What it holds.
    public var settings: CacheSettings
    /// Whether blobs that nothing in the layout refers to any more are removed, such as those of earlier builds.
    public var removesOthers: Bool

    /// A target with the defaults of `docker buildx build`.
    public init(
        directory: FilePath, tag: String = "latest", settings: CacheSettings = CacheSettings(),
        removesOthers: Bool = false
    ) {
        self.directory = directory
        self.tag = tag
        self.settings = settings
        self.removesOthers = removesOthers
    }
}
