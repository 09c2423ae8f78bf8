/// Something in a store that is not as it should be.
public struct StoreProblem: Hashable, Sendable {
    /// What is wrong; the name is for programs.
    public enum Kind: String, Sendable {
        /// A directory is missing, is something else, or cannot be used.
        case directory
        /// The database of the index is damaged.
        case index
        /// A blob does not have its digest.
        case blob
        /// An unpacked layer is not whole.
        case layer
        /// An image lacks something.
        case image
        /// A cache record points to something that is not there.
        case record
        /// Something that does no harm: left behind by a process that was killed, or none of Slipway's.
        case leftover
    }

    /// How a problem can be made to go away.
    public enum Repair: Hashable, Sendable {
        /// The digest of a blob to be removed.
        case removeBlob(String)
        /// The name of a directory below `layers/` to be removed.
        case removeLayer(String)
        /// The key of a cache record to be removed.
        case removeRecord(String)
        /// The digest of the manifest or index of an image to be removed with all its names.
        case removeImage(String)
        /// A row of the index about something that is gone: the table, the column and the value.
        case forget(table: String, column: String, value: String)
    }

    /// What is wrong.
    public var kind: Kind
    /// What it is about: a path, a digest, a name.
    public var subject: String
    /// What is the matter with it, without a full stop.
    public var message: String
    /// What the user can do.
    public var help: String
    /// What `repair` does about it; nil when it can do nothing.
    public var repair: Repair?

    /// Whether builds work all the same and nothing is lost.
    public var isHarmless: Bool { kind == .leftover }

    /// A problem of the given parts.
    public init(_ kind: Kind, _ subject: String, _ message: String, help: String, repair: Repair? = nil) {
        self.kind = kind
        self.subject = subject
        self.message = message
        self.help = help
        self.repair = repair
    }

    static let repairHelp = "slipway doctor --repair removes it, so that it is made again"
}
