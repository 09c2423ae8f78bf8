public import Dockerfile

/// What a build of one stage can be given: arguments, secrets, agents and caches, of the stage and all that it needs.
public struct BuildOutline: Sendable, Hashable {
    /// A build argument that the build uses.
    public struct Argument: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// The comment above it, without the name.
        public var documentation: String?
        /// The value it has in this build; nil for none.
        public var value: String?
        /// The instruction that declares it.
        public var range: SourceRange
    }

    /// A secret or an ssh agent.
    public struct Credential: Sendable, Hashable {
        /// Its id.
        public var id: String
        /// Whether the build fails without it.
        public var isRequired: Bool
        /// The first instruction that asks for it.
        public var range: SourceRange
    }

    /// A cache directory.
    public struct Cache: Sendable, Hashable {
        /// Its id: its path, where it has no other.
        public var id: String
        /// The first instruction that asks for it.
        public var range: SourceRange
    }

    /// The stage's name; nil where it has none.
    public var name: String?
    /// The comment above its `FROM`, without the name.
    public var documentation: String?
    /// In the order of the Dockerfile, like the others.
    public var arguments: [Argument] = []
    /// `RUN --mount=type=secret`.
    public var secrets: [Credential] = []
    /// `RUN --mount=type=ssh`.
    public var agents: [Credential] = []
    /// `RUN --mount=type=cache`.
    public var caches: [Cache] = []

    /// An outline that lists nothing yet.
    init(of stage: Stage) {
        name = stage.name
        documentation = stage.from.documentation
    }
}
