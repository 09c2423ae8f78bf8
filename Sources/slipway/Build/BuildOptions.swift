import BuildEngine
import Dockerfile
import OCI
import Sandbox
import SystemPackage

/// What a command line of `slipway build` asks for, as checked values: all that the engine needs to know of it.
struct BuildOptions: Equatable, Sendable {
    enum Context: Equatable, Sendable {
        /// A directory or a tar archive of this machine.
        case path(FilePath)
        /// A git repository. One without a scheme (`github.com/owner/name`) may be a path as well: `text`.
        case git(GitAddress, text: String)
        /// An HTTP or HTTPS address.
        case web(String)
        /// `-`: a tar archive, or a Dockerfile that gets along without a context.
        case standardInput
    }

    enum DockerfileSource: Equatable, Sendable {
        /// `Dockerfile` in the context.
        case context
        /// A path from the working directory.
        case file(FilePath)
        case standardInput
    }

    enum CacheUse: Equatable, Sendable {
        case always
        case never
        /// Not for these stages, by name or number.
        case except([String])
    }

    enum Network: String, CaseIterable, Sendable {
        case `default`, host, `private`, none
    }

    var context: Context
    var dockerfile = DockerfileSource.context
    /// The names of the image.
    var tags: [ImageReference] = []
    /// The last stage if `nil`.
    var target: String?
    var buildArguments: [KeyValue] = []
    var buildContexts: [BuildContextSpecification] = []
    var labels: [KeyValue] = []
    var cache = CacheUse.always
    /// In the order given.
    var cacheSources: [CacheSourceSpecification] = []
    var cacheTargets: [CacheTargetSpecification] = []
    /// How many steps run at the same time; as many as there are if `nil`.
    var maximumParallelism: Int?
    var secrets: [SecretSpecification] = []
    var agents: [AgentSpecification] = []
    var entitlements: Set<Entitlement> = []
    /// What control groups hold each step to.
    var controls = ControlGroupLimits()
    /// How long the process of a step may take; as long as it likes if `nil`.
    var stepTimeout: Duration?
    /// What is done when a step fails.
    var onError = ErrorHandling.stop
    /// What executes the processes of steps, as given.
    var runtime: String?
    /// Never empty: without `--output` the local store.
    var outputs: [OutputSpecification] = [.store]
    /// That of the host if empty.
    var platforms: [Platform] = []
    /// Whether base images are asked of their registries though the store has them.
    var pullsBases = false
    /// What is done with the lock file.
    var lock = LockUse.none
    /// The file with the source policy, if there is one.
    var sourcePolicy: FilePath?
    /// What is told of the build in an attestation; nil for none.
    var provenance: ProvenanceSettings?
    var sbom: SBOMSettings?
    /// Notes in the documents of every image.
    var annotations = ImageAnnotations()
    var network = Network.default
    var extraHosts: [ExtraHost] = []
    /// In bytes; that of the sandbox if `nil`.
    var sharedMemorySize: UInt64?
    var resourceLimits: [ResourceLimit] = []
    /// `SOURCE_DATE_EPOCH` of the build arguments or the environment, in seconds since 1970.
    var sourceDateEpoch: Int64?
    var progress = ProgressMode.plain
    /// Whether the progress says why steps run.
    var explains = false
    /// What is done instead of building; nil to build.
    var call: CallSpecification?
    /// Where to write the image id.
    var imageIDFile: FilePath?
    /// Where to write the result as JSON.
    var metadataFile: FilePath?

    /// What is being built, for the first line of the progress.
    var title: String {
        if let tag = tags.first { return tag.familiarName }
        if let target { return target }
        switch context {
        case .path(let path): return path.string
        case .git(let address, _): return address.redacted
        case .web(let address): return WebAddress.redacted(address)
        case .standardInput: return "from standard input"
        }
    }
}
