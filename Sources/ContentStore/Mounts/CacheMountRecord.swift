public import FileSystem

/// What the index knows about the directory of a cache mount.
public struct CacheMountRecord: Hashable, Sendable {
    /// The directory below `mounts/`: digits of a digest, `/`, a number.
    public var directory: String
    /// The mount's id in the Dockerfile.
    public var id: String
    /// Where a step had it last.
    public var target: String
    /// When it was made.
    public var created: Timestamp
    /// When a step last began to use it.
    public var lastUsed: Timestamp
    /// How many steps have used it.
    public var uses: Int64
    /// Whether it came from an archive and no step has used it since. The first step that wants a new cache of this id
    /// gets it, whatever owner, mode or seed it asks for.
    public var isImported: Bool

    static let columns = "directory, id, target, created, used, uses, imported"

    init(
        directory: String, id: String, target: String = "", created: Timestamp = .now, lastUsed: Timestamp = .now,
        uses: Int64 = 0, isImported: Bool = false
    ) {
        self.directory = directory
        self.id = id
        self.target = target
        self.created = created
        self.lastUsed = lastUsed
        self.uses = uses
        self.isImported = isImported
    }

    /// Reads a row of `columns`.
    init(_ row: borrowing Row) {
        self.init(
            directory: row.text(0), id: row.text(1), target: row.text(2), created: Timestamp(indexed: row.integer(3)),
            lastUsed: Timestamp(indexed: row.integer(4)), uses: row.integer(5), isImported: row.integer(6) != 0)
    }

    var values: [SQLValue] {
        [
            .text(directory), .text(id), .text(target), .integer(created.indexed), .integer(lastUsed.indexed),
            .integer(uses), .integer(isImported ? 1 : 0),
        ]
    }
}
