import ContentStore
import OCI

/// What `slipway history` shows of an image: its instructions, the last one first.
struct HistoryListing {
    struct Row: Equatable {
        /// Of the image for the last instruction; there is no image after the others.
        var id: String
        /// RFC 3339, or empty if the image does not say.
        var created: String
        var instruction: String
        /// Of the layer, in bytes, as it is stored.
        var size: Int64
        var comment: String
    }

    private(set) var rows: [Row] = []
    private let now: Int64
    private let noTrunc: Bool

    /// Instructions are cut to as many characters as docker cuts them to.
    private static let instructionWidth = 45

    /// - Parameter now: in seconds since 1970.
    init(id: Digest, image: ResolvedImage, now: Int64, noTrunc: Bool) {
        self.now = now
        self.noTrunc = noTrunc
        var sizes = image.manifest.layers.map(\.size)[...]
        for entry in image.configuration.history {
            let size = entry.isEmptyLayer ? 0 : sizes.popFirst() ?? 0
            rows.append(
                Row(
                    id: "<missing>", created: entry.created ?? "", instruction: entry.createdBy ?? "", size: size,
                    comment: entry.comment ?? ""))
        }
        // Not every builder writes a history; the layers are there all the same.
        for size in sizes {
            rows.append(Row(id: "<missing>", created: "", instruction: "", size: size, comment: ""))
        }
        rows.reverse()
        if !rows.isEmpty { rows[0].id = noTrunc ? id.description : id.short }
    }

    var table: TextTable {
        var table = TextTable(header: ["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"])
        table.rows = rows.map { row in
            [row.id, age(row), instruction(row), ByteCount.text(row.size), row.comment].map {
                TerminalText.sanitized($0)
            }
        }
        return table
    }

    var json: String {
        rows.map { row in
            let object: JSONValue = [
                "Comment": .string(row.comment), "CreatedAt": .string(row.created),
                "CreatedBy": .string(instruction(row)), "CreatedSince": .string(age(row)), "ID": .string(row.id),
                "Size": .string(ByteCount.text(row.size)),
            ]
            return String(decoding: object.encoded(), as: UTF8.self) + "\n"
        }.joined()
    }

    private func age(_ row: Row) -> String {
        RFC3339.parse(row.created).map { AgeText.since($0.seconds, now: now) } ?? "N/A"
    }

    private func instruction(_ row: Row) -> String {
        let text = row.instruction.split(whereSeparator: \.isNewline).joined(separator: " ")
        return noTrunc || text.count <= Self.instructionWidth
            ? text : text.prefix(Self.instructionWidth - 1) + "…"
    }
}
