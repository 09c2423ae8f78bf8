/// What one instruction did to an image.
///
/// OCI image specification, config.md, "history".
public struct HistoryEntry: Hashable, Sendable {
    /// When, as RFC 3339.
    public var created: String?
    /// The instruction.
    public var createdBy: String?
    /// A note: the builder's name.
    public var comment: String?
    /// Who.
    public var author: String?
    /// Whether it made no layer.
    public var isEmptyLayer: Bool

    /// An entry of the given parts.
    public init(
        created: String? = nil, createdBy: String? = nil, comment: String? = nil, author: String? = nil,
        isEmptyLayer: Bool = false
    ) {
        self.created = created
        self.createdBy = createdBy
        self.comment = comment
        self.author = author
        self.isEmptyLayer = isEmptyLayer
    }

    init(_ reader: JSONReader) throws(OCIError) {
        self.init(
            created: try reader.member("created").string(),
            createdBy: try reader.member("created_by").string(),
            comment: try reader.member("comment").string(),
            author: try reader.member("author").string(),
            isEmptyLayer: try reader.member("empty_layer").bool() ?? false)
    }

    var json: JSONValue {
        var result: JSONValue = [:]
        if let created { result["created"] = .string(created) }
        if let createdBy { result["created_by"] = .string(createdBy) }
        if let comment { result["comment"] = .string(comment) }
        if let author { result["author"] = .string(author) }
        if isEmptyLayer { result["empty_layer"] = true }
        return result
    }
}
