import Archive
import BuildEngine
import SystemPackage

/// One `--output`: in what form and where to the result goes.
struct OutputSpecification: Equatable, Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// Into the local store, and with `push=true` to the registries of its names.
        case image
        /// To the registries of its names alone.
        case registry
        /// An OCI image layout in a tar archive, or in a directory with `tar=false`.
        case oci
        /// An archive as `docker load` reads it.
        case docker
        /// The root filesystem as a tar archive.
        case tar
        /// The root filesystem as files in a directory.
        case local
        /// Nothing is exported; the cache is filled.
        case cacheonly
    }

    enum Destination: Equatable, Sendable {
        case standardOutput
        case path(FilePath)
    }

    var kind: Kind
    /// `nil` for the kinds that need none.
    var destination: Destination?
    /// Names of the image in addition to those of `--tag`.
    var names: [String] = []
    /// `tar=false`: a directory instead of an archive.
    var isDirectory = false
    /// `push=true`
    var isPushed = false
    /// `push-by-digest=true`: without tags.
    var isPushedByDigest = false
    /// `store=false`
    var isNotStored = false
    /// `oci-mediatypes=false`: Docker's media types instead.
    var hasDockerMediaTypes = false
    /// How layers are compressed; by gzip if `nil`.
    var compression: Compression?
    /// Whether layers of base images are compressed anew when they are compressed in another way.
    var forcesCompression = false
    /// Whether times in layers that are later than the epoch become the epoch, which is the default here.
    var rewriteTimestamp: Bool?
    /// Seconds since 1970; stronger than `SOURCE_DATE_EPOCH`.
    var sourceDateEpoch: Int64?
    /// `source-date-epoch=` without a value: as in BuildKit, times in layers stay as they are.
    var hasNoEpoch = false
    /// Notes in the documents of the image.
    var annotations = ImageAnnotations()
    /// Whether attestations are stored as OCI artifacts.
    var attachesArtifacts = false

    /// The local store, which is used when there is no `--output`.
    static let store = OutputSpecification(kind: .image)
    /// What `--push` stands for.
    static let registry = OutputSpecification(kind: .registry, isPushed: true)
}
