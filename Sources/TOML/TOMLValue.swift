/// A value of a TOML document (TOML 1.0.0).
///
/// `TOMLTable(parsing:)` reads a document. It is strict: what the specification forbids is refused with its line, and
/// hostile bytes cost no more than time linear in their number. It only reads, for nothing of ours writes TOML.
public indirect enum TOMLValue: Hashable, Sendable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    /// A date, a time or both, as they were written.
    case dateTime(String)
    case array([TOMLValue])
    case table(TOMLTable)

    /// The text of a string; nil for everything else.
    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The truth value; nil for everything else.
    public var booleanValue: Bool? {
        guard case .boolean(let value) = self else { return nil }
        return value
    }

    /// The elements of an array; nil for everything else.
    public var arrayValue: [TOMLValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members of a table; nil for everything else.
    public var tableValue: TOMLTable? {
        guard case .table(let table) = self else { return nil }
        return table
    }
}
