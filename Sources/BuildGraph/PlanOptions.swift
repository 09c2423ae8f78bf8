public import Dockerfile
public import OCI

/// The options of a build that decide what its graph looks like.
public struct PlanOptions: Sendable {
    /// What `--build-context NAME=…` puts in place of a stage or an image.
    public enum NamedContext: Sendable, Hashable {
        case directory
        case image(ImageSource)
    }

    /// Which stages ignore the cache.
    public enum NoCache: Sendable, Hashable {
        case never
        case always
        /// Those of these names, in lower case, or numbers.
        case stages(Set<String>)

        /// The names and numbers that no stage of a Dockerfile has.
        public func unknownStages(in dockerfile: Dockerfile) -> [String] {
            guard case .stages(let names) = self else { return [] }
            return names.filter { name in !dockerfile.stages.contains { $0.isAmong([name]) } }.sorted()
        }
    }

    /// The stage to build; nil for the last one.
    public var target: String?
    /// `--build-arg`, in the order given.
    public var buildArguments: EnvironmentList
    /// `--label`, in the order given.
    public var labels: EnvironmentList
    /// By the name in its familiar form, without `:latest`.
    public var namedContexts: [String: NamedContext]
    /// The platform of the image.
    public var targetPlatform: Platform
    /// Whether the platform was asked for, so that a base for another one does not change it.
    public var isTargetPlatformExplicit: Bool
    /// The platform of this machine.
    public var buildPlatform: Platform
    /// `--no-cache` and `--no-cache-filter`.
    public var noCache: NoCache
    /// The network of every `RUN` that does not say its own.
    public var network: RunOperation.Network
    /// What holds for every `RUN`.
    public var limits: RunLimits
    /// `--allow`: what `RUN --network=host` and `--security=insecure` need.
    public var entitlements: Set<String>
    /// The time that ``Planner/epochSource()`` comes to, in seconds, where the Dockerfile or a build argument names a place
    /// for it instead of a number.
    public var sourceDateEpoch: Int64?
    /// Whether the names of operations tell the platform, because there are several.
    public var namesPlatform = false
    /// What the context's ignore file excludes, for the build checks; nil where there is none.
    public var ignorePatterns: IgnorePatterns?

    /// Options with the defaults of `docker buildx build`.
    public init(
        target: String? = nil, buildArguments: EnvironmentList = .init(), labels: EnvironmentList = .init(),
        namedContexts: [String: NamedContext] = [:], targetPlatform: Platform = .host,
        isTargetPlatformExplicit: Bool = false, buildPlatform: Platform = .host, noCache: NoCache = .never,
        network: RunOperation.Network = .default, limits: RunLimits = .init(), entitlements: Set<String> = []
    ) {
        self.target = target
        self.buildArguments = buildArguments
        self.labels = labels
        self.namedContexts = namedContexts
        self.targetPlatform = targetPlatform
        self.isTargetPlatformExplicit = isTargetPlatformExplicit
        self.buildPlatform = buildPlatform
        self.noCache = noCache
        self.network = network
        self.limits = limits
        self.entitlements = entitlements
    }
}

extension Stage {
    /// Whether a list of names and numbers, the names in lower case, means this stage.
    func isAmong(_ names: Set<String>) -> Bool {
        name.map(names.contains) ?? false || names.contains("\(index)")
    }
}
