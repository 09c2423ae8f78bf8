/// What `--provenance` and `--attest type=provenance` ask for, with the defaults of BuildKit.
public struct ProvenanceSettings: Sendable, Hashable {
    /// How much is told.
    public enum Mode: String, Sendable, Hashable {
        /// The sources and the place of the Dockerfile; no build arguments and labels.
        case min
        /// Also build arguments, labels, ids of secrets, every step and the Dockerfile itself.
        case max
    }

    /// The version of the SLSA predicate.
    public enum Version: String, Sendable, Hashable {
        case v1
        case v02 = "v0.2"
    }

    /// How much is told.
    public var mode = Mode.max
    /// The form of the predicate.
    public var version = Version.v1
    /// `builder-id=`: a URI of who built it; empty where nobody says.
    public var builderID = ""
    /// `reproducible=`: whether the caller claims that the same bytes come of building it again.
    public var isReproducible = false
    /// `filename=`: the name of the file where files are exported.
    public var fileName = "provenance.json"
    /// `inline-only=`: no file beside exported files.
    public var isInlineOnly = false
    /// `complete-materials=`: the build fails if it uses files of this machine, which no digest stands for.
    public var needsCompleteMaterials = false
    /// Whether the repository that the context is in is told: revision and address.
    public var tellsRepository = true
    /// Whether a revision with changes in the work tree is told as `…-dirty`.
    public var marksChanges = false

    /// The defaults.
    public init() {}
}
