public import ContentStore
public import FileSystem
public import OCI

/// What is remembered of a build: what it was asked for, what became of each step, and why.
public struct BuildReport: Sendable, Hashable {
    /// How a build or one of its steps ended.
    public enum Outcome: String, Sendable, Hashable {
        /// All went well; for a step, that it was executed.
        case done
        /// Found in the cache. Only for steps.
        case cached
        case failed
        case canceled
        /// It has not ended yet, or it was killed. Only for builds.
        case running
    }

    /// One step of the Dockerfile.
    public struct Step: Sendable, Hashable {
        /// `[build 2/5] RUN go build`.
        public var name: String
        /// The stage by name.
        public var stage: String
        /// The line of the Dockerfile, from 1.
        public var line: Int?
        /// How it ended; nil for a step that was never begun.
        public var outcome: Outcome?
        /// How long it took.
        public var milliseconds: Int64
        /// Why it failed.
        public var error: String?
        /// Why it was executed, or by which key it was found; nil for a base image.
        public var explanation: StepExplanation?
    }

    /// The number of the build in its store; 0 for one that is not stored yet.
    public var id: Int64 = 0
    /// When it began.
    public var started: Timestamp
    /// How long it took.
    public var milliseconds: Int64 = 0
    /// How it ended.
    public var outcome = Outcome.done
    /// Where the Dockerfile stands.
    public var dockerfile: String
    /// `--target`, if it was given.
    public var target: String?
    /// The names that the image got.
    public var tags: [String]
    /// The digests of the image's manifest and configuration, as far as there are any.
    public var images: [Digest] = []
    /// In the order in which they were planned.
    public var steps: [Step] = []

    /// What the build is called in explanations of later ones.
    public var label: String { tags.first ?? target.map { "target \($0) of \(dockerfile)" } ?? dockerfile }

    /// How many steps were executed.
    public var executedCount: Int { steps.count { $0.outcome == .done } }

    init(started: Timestamp, dockerfile: String, target: String?, tags: [String]) {
        self.started = started
        self.dockerfile = dockerfile
        self.target = target
        self.tags = tags
    }

    /// The reports of a store's builds, the last one first, without those that a later version wrote.
    ///
    /// Throws `StoreError`.
    public static func all(in store: ContentStore) throws -> [BuildReport] {
        try store.buildRecords().compactMap { BuildReport($0) }
    }

    /// The last build that made an image: of this name, or whose manifest's or configuration's digest begins with these
    /// digits. Without an image, the last build of all.
    ///
    /// Throws `StoreError`.
    public static func last(of image: String?, in store: ContentStore) throws -> BuildReport? {
        let reports = try all(in: store).filter { $0.outcome != .running }
        return find(image, in: reports)
    }

    /// The last of the builds, the last one first, that made an image, as `last(of:in:)` has it.
    public static func find(_ image: String?, in reports: [BuildReport]) -> BuildReport? {
        guard let image else { return reports.first }
        if let name = try? ImageReference(parsing: image).familiarName,
            let report = reports.first(where: { $0.tags.contains(name) })
        {
            return report
        }
        let digits = image.hasPrefix("sha256:") ? image.dropFirst("sha256:".count) : image[...]
        guard !digits.isEmpty else { return nil }
        return reports.first { $0.images.contains { $0.hex.hasPrefix(digits) } }
    }
}
