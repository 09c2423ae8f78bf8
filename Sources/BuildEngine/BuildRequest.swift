public import Archive
public import BuildGraph
public import ContentStore
public import OCI
public import Sandbox
public import SystemPackage

/// Everything a build is asked for.
public struct BuildRequest: Sendable {
    /// Where the text of the Dockerfile comes from.
    public enum DockerfileInput: Sendable, Hashable {
        /// A file on this machine.
        case file(FilePath)
        /// A file of a context that is no directory of this machine, relative to its root.
        case contextFile(FilePath)
        /// `Dockerfile` in the context, or `dockerfile` where there is none.
        case contextDefault
        /// Text that came from elsewhere, with the name it has in messages.
        case text([UInt8], name: String)
    }

    /// What stands behind `--build-context NAME=`.
    public enum NamedContext: Sendable, Hashable {
        case files(ContextSource)
        case image(ImageSource)
    }

    /// Where the value of `--secret` comes from.
    public enum SecretSource: Sendable, Hashable {
        case file(FilePath)
        /// A value that was in the environment.
        case value([UInt8])
    }

    /// What becomes of the times of files that are later than the epoch of the build.
    public enum Timestamps: String, Sendable, Hashable {
        /// They become the epoch.
        case clamp
        case keep
    }

    /// The files to build from; nil for none.
    public var context: ContextSource?
    /// Where the text of the Dockerfile comes from.
    public var dockerfile: DockerfileInput
    /// What shapes the graph. Its named contexts are taken from ``namedContexts``.
    public var plan: PlanOptions
    /// `--build-context`, by the name in its familiar form without `:latest`.
    public var namedContexts: [String: NamedContext]
    /// `--secret`, by id.
    public var secrets: [String: SecretSource]
    /// `--ssh`: sockets of agents by id.
    public var agents: [String: FilePath]
    /// Those of ``agents`` to which everything is passed on, not only requests for keys and signatures: `raw=true`.
    public var rawAgents: Set<String> = []
    /// `--ssh`: private keys by id, for which an agent is started.
    public var agentKeys: [String: [FilePath]] = [:]
    /// `--memory`, `--cpu-quota` and the like: what each step may use at most.
    public var controls = ControlGroupLimits()
    /// `--step-timeout`: how long the process of a `RUN` may take; nil for as long as it likes. No part of a cache key.
    public var stepTimeout: Duration?
    /// `--on-error`: whether what a failed `RUN` has written is kept, so that ``StepDebugger`` can reopen it.
    public var keepsFailedStep = false
    /// fuse-overlayfs, for where the kernel mounts no overlay; nil where it cannot be used.
    public var overlayProgram: String?
    /// `--network private`: what connects the network of steps that have one of their own.
    public var privateNetwork: PrivateNetwork?
    /// `--runtime`: what executes the processes of steps; nil for Slipway's own sandbox.
    public var runtime: ContainerRuntime?
    /// `--tag`.
    public var tags: [ImageReference]
    /// `--output`; each is done after the build.
    public var exports: [Export]
    /// `--cache-from`, in the order given.
    public var cacheSources: [CacheSource] = []
    /// `--cache-to`; each is written after the build.
    public var cacheTargets: [CacheTarget] = []
    /// `--platform`: the platforms of the image, which becomes an index where there are several; none for that of ``plan``.
    public var platforms: [Platform] = []
    /// What becomes of times later than the epoch.
    public var timestamps: Timestamps
    /// `SOURCE_DATE_EPOCH` of the caller's environment, in seconds. A build argument of the name wins.
    public var sourceDateEpoch: Int64?
    /// How many operations run at the same time; nil for as many as there are.
    public var maximumParallelism: Int?
    /// `--pull`: whether base images are asked of their registries though the store has them.
    public var pullsBases = false
    /// `--lock` and `--locked`: what is done with the lock file beside the Dockerfile.
    public var lock = LockUse.none
    /// `EXPERIMENTAL_BUILDKIT_SOURCE_POLICY`: where sources may come from.
    public var sourcePolicies: [SourcePolicy] = []
    /// `--provenance`: what is told of the build in an attestation of the image; nil for none.
    public var provenance: ProvenanceSettings?
    /// `--sbom`: in what form the packages of the image are told in attestations of it; nil for none.
    public var sbom: SBOMSettings?
    /// What is removed from the store at the end of the build; nil for nothing.
    public var housekeeping: HousekeepingPolicy?

    /// A request with the defaults of `docker buildx build`.
    public init(
        context: ContextSource?, dockerfile: DockerfileInput = .contextDefault, plan: PlanOptions = .init(),
        namedContexts: [String: NamedContext] = [:], secrets: [String: SecretSource] = [:],
        agents: [String: FilePath] = [:], tags: [ImageReference] = [], exports: [Export] = [.init(.image(.store))],
        timestamps: Timestamps = .clamp, sourceDateEpoch: Int64? = nil, maximumParallelism: Int? = nil
    ) {
        self.context = context
        self.dockerfile = dockerfile
        self.plan = plan
        self.namedContexts = namedContexts
        self.secrets = secrets
        self.agents = agents
        self.tags = tags
        self.exports = exports
        self.timestamps = timestamps
        self.sourceDateEpoch = sourceDateEpoch
        self.maximumParallelism = maximumParallelism
    }
}

/// One `--output`.
public struct Export: Sendable, Hashable {
    /// The form of a result.
    public enum Kind: Sendable, Hashable {
        /// An image, into the local store or a registry.
        case image(ImageDestination)
        /// An OCI image layout, as one archive or as a directory.
        case ociLayout(Destination)
        /// An archive for `docker load`.
        case dockerArchive(Destination)
        /// The image's file system as an archive.
        case tar(Destination)
        /// The image's file system as a directory.
        case local(FilePath)
    }

    /// Where an image goes.
    public struct ImageDestination: Sendable, Hashable {
        /// Whether it goes into the local store. If not, layers of base images that the registry has are not fetched.
        public var isStored: Bool
        /// Whether it goes to the registries of its names.
        public var isPushed: Bool
        /// Whether the registries get it without tags.
        public var isPushedByDigest: Bool

        /// A destination of the given parts.
        public init(isStored: Bool, isPushed: Bool, isPushedByDigest: Bool = false) {
            self.isStored = isStored
            self.isPushed = isPushed
            self.isPushedByDigest = isPushedByDigest
        }

        /// The local store.
        public static let store = ImageDestination(isStored: true, isPushed: false)
        /// The registries of the image's names.
        public static let registry = ImageDestination(isStored: false, isPushed: true)
    }

    /// Where an export goes.
    public enum Destination: Sendable, Hashable {
        /// An archive file, written under another name first.
        case file(FilePath)
        /// A directory that is made.
        case directory(FilePath)
        case standardOutput
    }

    /// What is made, and where it goes.
    public var kind: Kind
    /// How layers are compressed that this build made.
    public var compression: Compression
    /// Whether the layers of base images are compressed anew when they are not compressed that way.
    public var forcesCompression: Bool
    /// Whether manifests, configurations and layers have Docker's media types (image manifest version 2, schema 2)
    /// instead of OCI's.
    public var hasDockerMediaTypes = false
    /// Names beside those of `--tag`.
    public var names: [ImageReference]
    /// Notes in the image's documents.
    public var annotations = ImageAnnotations()
    /// `oci-artifact=true`: attestations are stored as OCI artifacts, which name the image as their subject.
    public var attachesArtifacts = false

    /// An export with the defaults of `docker buildx build`.
    public init(
        _ kind: Kind, compression: Compression = .gzip(), forcesCompression: Bool = false, names: [ImageReference] = []
    ) {
        self.kind = kind
        self.compression = compression
        self.forcesCompression = forcesCompression
        self.names = names
    }
}

/// What a build made.
public struct BuildResult: Sendable, Hashable {
    /// The descriptor of the image's manifest; nil where only files were exported.
    public var image: Descriptor?
    /// The digest of its configuration: what docker calls the image ID.
    public var configurationDigest: Digest?
    /// The names it has in the store.
    public var names: [ImageReference]

    /// A result of the given parts.
    public init(image: Descriptor?, configurationDigest: Digest?, names: [ImageReference]) {
        self.image = image
        self.configurationDigest = configurationDigest
        self.names = names
    }
}
