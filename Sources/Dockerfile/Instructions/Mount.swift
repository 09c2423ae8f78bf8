/// A `--mount` of `RUN` with its variables expanded and its options checked.
public enum Mount: Sendable, Hashable {
    /// Files of the build context or of a stage.
    case bind(Bind)
    /// A directory that outlives the build.
    case cache(Cache)
    /// A directory in memory.
    case tmpfs(Tmpfs)
    /// A secret, as a file or an environment variable.
    case secret(Secret)
    /// The socket of an SSH agent.
    case ssh(SSH)

    /// `type=bind`.
    public struct Bind: Sendable, Hashable {
        /// A stage, a named context or an image; nil is the build context.
        public var from: String?
        /// The path inside `from`, as written; empty is its root.
        public var source: String
        /// Where it appears, as written: relative paths start at the working directory.
        public var target: String
        /// Whether writing is refused; otherwise writes are possible and thrown away.
        public var isReadOnly: Bool
    }

    /// `type=cache`.
    public struct Cache: Sendable, Hashable {
        /// How steps that run at the same time use it.
        public enum Sharing: String, Sendable, Hashable, CaseIterable {
            /// All at once.
            case shared
            /// Each gets a cache of its own when another one is in use.
            case `private`
            /// One after the other.
            case locked
        }

        /// The identity of the cache; nil is the cleaned `target`.
        public var id: String?
        /// Where the first content comes from; nil is an empty directory.
        public var from: String?
        /// The path inside `from`.
        public var source: String
        /// Where it appears, as written.
        public var target: String
        /// How steps that run at the same time use it; nil means `shared` was not even written.
        public var sharing: Sharing?
        /// Whether writing is refused.
        public var isReadOnly: Bool
        /// The mode of a new cache directory (0...0o7777); nil is 0755.
        public var mode: UInt32?
        /// The owner of a new cache directory; nil is 0.
        public var uid: UInt32?
        /// The group of a new cache directory; nil is 0.
        public var gid: UInt32?
    }

    /// `type=tmpfs`.
    public struct Tmpfs: Sendable, Hashable {
        /// Where it appears, as written.
        public var target: String
        /// The greatest size in bytes; 0 is no limit.
        public var size: Int64
        /// Whether writing is refused.
        public var isReadOnly: Bool
    }

    /// `type=secret`.
    public struct Secret: Sendable, Hashable {
        /// Which secret.
        public var id: String
        /// Where the file appears; nil if there is only an environment variable.
        public var target: String?
        /// The environment variable that holds the value, if one is asked for.
        public var environmentName: String?
        /// Whether the build fails when the secret is not given.
        public var isRequired: Bool
        /// The mode of the file.
        public var mode: UInt32
        /// The owner of the file.
        public var uid: UInt32
        /// The group of the file.
        public var gid: UInt32
    }

    /// `type=ssh`.
    public struct SSH: Sendable, Hashable {
        /// Which agent; `default` if not given.
        public var id: String
        /// Where the socket appears; nil is `/run/buildkit/ssh_agent.<n>`.
        public var target: String?
        /// Whether the build fails when the agent is not given.
        public var isRequired: Bool
        /// The mode of the socket.
        public var mode: UInt32
        /// The owner of the socket.
        public var uid: UInt32
        /// The group of the socket.
        public var gid: UInt32
    }
}
