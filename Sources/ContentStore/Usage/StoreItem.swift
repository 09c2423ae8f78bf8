public import FileSystem

/// One thing that a store holds, as `slipway du` lists it.
public struct StoreItem: Hashable, Sendable {
    /// What kind of thing it is, by BuildKit's name where it has one.
    public enum Kind: String, CaseIterable, Sendable {
        /// An unpacked layer.
        case layer = "regular"
        /// A compressed or pulled layer, or a document that no image needs.
        case blob
        /// Manifests and configurations of an image.
        case image
        /// A file from a web address.
        case download = "source.http"
        /// The directory of a `RUN --mount=type=cache`.
        case cacheMount = "exec.cachemount"
        /// What the steps of a build printed.
        case buildLog = "build.log"
        /// What was kept of the failed step of a build, for `slipway debug`.
        case buildState = "build.state"
        /// Files of a running process.
        case temporary
        /// What the store itself needs.
        case `internal`
    }

    /// What kind of thing it is.
    public var kind: Kind
    /// A digest, the directory of a cache mount, or a name.
    public var id: String
    /// What it takes on the disk, in bytes, as du(1) counts.
    public var size: Int64 = 0
    /// When it was made, where that is known.
    public var created: Timestamp?
    /// When a build used it last, where that is known.
    public var lastUsed: Timestamp?
    /// How many steps have used it, where that is counted.
    public var useCount: Int64?
    /// The id of a cache mount in the Dockerfile, where that is known.
    public var mountID: String?
    /// For people: `RUN make`, or the id of a cache mount.
    public var description = ""
    /// The names of the images that need it.
    public var images: [String] = []
    /// How many images without a name need it.
    public var unnamedImages = 0
    /// The steps, in the words of their cache records, whose results need it.
    public var steps: [String] = []
    /// Whether a running process uses it.
    public var isInUse = false

    /// The number of the build that it is of, for logs and kept states.
    public var build: Int64? {
        guard kind == .buildLog || kind == .buildState else { return nil }
        return id.split(separator: "/").dropFirst().first.flatMap { Int64($0) }
    }

    /// Whether it is needed by several images, or by an image and by the build cache.
    public var isShared: Bool { images.count + unnamedImages + (steps.isEmpty ? 0 : 1) > 1 }

    /// Whether `slipway prune --all` may remove it.
    public var isReclaimable: Bool {
        images.isEmpty && !isInUse && kind != .internal && kind != .temporary
    }

    /// Whether something changes it in place.
    public var isMutable: Bool { [.cacheMount, .buildState, .temporary, .internal].contains(kind) }

    /// An item of which nothing else is known.
    public init(kind: Kind, id: String, size: Int64 = 0) {
        self.kind = kind
        self.id = id
        self.size = size
    }

    /// Why it is kept, for people; empty when nothing needs it.
    public var reasons: [String] {
        var reasons = images.map { "image \($0)" }
        if unnamedImages > 0 { reasons.append(unnamedImages == 1 ? "image without a name" : "images without a name") }
        reasons += steps.map { "step \($0)" }
        if isInUse { reasons.append("a running process") }
        if kind == .internal { reasons.append("the store itself") }
        return reasons
    }
}
