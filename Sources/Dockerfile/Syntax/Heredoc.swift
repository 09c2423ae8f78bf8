/// An inline document: `<<EOF` in an instruction and the lines that follow up to `EOF`.
public struct Heredoc: Sendable, Hashable {
    /// The delimiter without quotes, which is also the name of the file that `COPY` makes from it.
    public var name: String
    /// The file descriptor before `<<`; 0 if there is none.
    public var fileDescriptor: Int
    /// Whether variables are expanded in the content: the delimiter was not quoted.
    public var expands: Bool
    /// Whether leading tabs are stripped: the form `<<-`.
    public var stripsTabs: Bool
    /// The lines between as they stand in the file, each with its line ending.
    public var content: String
    /// `<<EOF` as written.
    public var marker: Word
    /// Where the content stands, without the closing delimiter.
    public var contentRange: SourceRange

    /// Where `<<EOF` stands.
    public var range: SourceRange { marker.range }

    /// The content with leading tabs stripped if the form `<<-` asks for that; not expanded.
    public var text: String {
        stripsTabs ? Self.strippingTabs(content) : content
    }

    private static func strippingTabs(_ content: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(content.utf8.count)
        var atLineStart = true
        for byte in content.utf8 {
            if atLineStart, byte == Byte.tab { continue }
            output.append(byte)
            atLineStart = byte == Byte.newline
        }
        return String(decoding: output, as: UTF8.self)
    }
}
