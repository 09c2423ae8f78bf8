/// The character that continues lines and escapes characters, chosen by the `# escape=` directive.
public enum EscapeToken: Character, Sendable, Hashable {
    /// `\`, the default.
    case backslash = "\\"
    /// `` ` ``, handy where paths have backslashes.
    case backtick = "`"

    /// The token as a byte.
    var byte: UInt8 {
        switch self {
        case .backslash: UInt8(ascii: "\\")
        case .backtick: UInt8(ascii: "`")
        }
    }
}
