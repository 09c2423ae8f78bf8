/// What `RUN` does.
public struct RunOperation: Sendable, Hashable {
    /// Which network a process sees.
    public enum Network: String, Sendable, Hashable { case `default`, none, host, `private` }
    /// How far a process is confined.
    public enum Security: String, Sendable, Hashable { case sandbox, insecure }

    /// The program and its arguments.
    public var arguments: [String]
    /// Variables of the image and of the stage's build arguments.
    public var environment: EnvironmentList
    /// The names of those variables that are build arguments and not in the image's configuration.
    public var buildArguments: Set<String> = []
    /// Proxy variables: seen by the process, no part of the cache key or of the history.
    public var proxyEnvironment: EnvironmentList
    /// Absolute and clean.
    public var workingDirectory: String
    /// `user[:group]` as `USER` gives it; empty for root.
    public var user: String
    /// In the order of the instruction.
    public var mounts: [RunMount]
    /// A heredoc that starts with `#!`, mounted below `/dev/pipes`.
    public var script: InlineFile?
    /// Which network the process sees.
    public var network: Network
    /// How far the process is confined.
    public var security: Security
    /// What the command line gives every `RUN`.
    public var limits: RunLimits
}

/// What holds for every `RUN` of a build, as the command line gives it. No part of the cache key.
public struct RunLimits: Sendable, Hashable {
    /// `--ulimit`: a limit's name without `RLIMIT_`, in lower case.
    public struct ResourceLimit: Sendable, Hashable {
        /// A limit's name, such as `nofile`.
        public var name: String
        /// The limit in force; -1 is none.
        public var soft: Int64
        /// Up to where the process may raise it; -1 is none.
        public var hard: Int64

        /// A limit of the given parts.
        public init(name: String, soft: Int64, hard: Int64) {
            self.name = name
            self.soft = soft
            self.hard = hard
        }
    }

    /// `--add-host`: name and address.
    public struct ExtraHost: Sendable, Hashable {
        /// The name to be resolved.
        public var name: String
        /// An IPv4 or IPv6 address.
        public var address: String

        /// A host of the given parts.
        public init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    /// Size of `/dev/shm` in bytes; nil for the default of 64 MiB.
    public var sharedMemorySize: Int64?
    /// In the order of the command line.
    public var resourceLimits: [ResourceLimit]
    /// In the order of the command line.
    public var extraHosts: [ExtraHost]
    /// The name of the machine that a process sees.
    public var hostname: String

    /// Limits with the defaults of `docker buildx build`.
    public init(
        sharedMemorySize: Int64? = nil, resourceLimits: [ResourceLimit] = [], extraHosts: [ExtraHost] = [],
        hostname: String = "buildkitsandbox"
    ) {
        self.sharedMemorySize = sharedMemorySize
        self.resourceLimits = resourceLimits
        self.extraHosts = extraHosts
        self.hostname = hostname
    }
}

/// One `--mount` of a `RUN`, with its variables expanded.
public struct RunMount: Sendable, Hashable {
    /// Who may use a cache directory at the same time.
    public enum Sharing: String, Sendable, Hashable { case shared, `private`, locked }

    /// What is mounted.
    public enum Kind: Sendable, Hashable {
        /// Files of a context, a stage or an image. Writes to it are thrown away.
        case bind(source: FileOrigin, path: String, readOnly: Bool)
        /// A directory that stays between builds.
        case cache(Cache)
        /// Memory, `size` bytes at most.
        case tmpfs(size: Int64?, readOnly: Bool)
        /// A secret as a file, as a variable, or both.
        case secret(
            id: String, isFile: Bool, variable: String?, isRequired: Bool, mode: UInt16, uid: UInt32, gid: UInt32)
        /// The socket of an ssh agent.
        case ssh(id: String, isRequired: Bool, mode: UInt16, uid: UInt32, gid: UInt32)
    }

    /// `type=cache`. Caches of one id with another seed, mode or owner are different directories.
    public struct Cache: Sendable, Hashable {
        /// The name it is found by.
        public var id: String
        /// Who may use it at the same time.
        public var sharing: Sharing
        /// Whether it is made anew.
        public var isFresh: Bool
        /// Where its first content comes from; nil for an empty directory.
        public var seed: FileOrigin?
        /// The path in `seed`, absolute.
        public var seedPath: String
        /// The mode of a new directory; nil for that of the seed, or 0755.
        public var mode: UInt16?
        /// The owner of a new directory; nil for that of the seed, or 0.
        public var uid: UInt32?
        /// The group of a new directory; nil for that of the seed, or 0.
        public var gid: UInt32?
        /// Whether writing is refused.
        public var readOnly: Bool
    }

    /// What is mounted, and how.
    public var kind: Kind
    /// Absolute path in the sandbox.
    public var target: String

    /// The files it needs from elsewhere in the build.
    public var source: FileOrigin? {
        switch kind {
        case .bind(let source, _, _): source
        case .cache(let cache): cache.seed
        case .tmpfs, .secret, .ssh: nil
        }
    }

    var isSecret: Bool { if case .secret = kind { true } else { false } }
    var isAgent: Bool { if case .ssh = kind { true } else { false } }
}
