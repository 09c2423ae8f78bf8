/// The signs and colours a terminal can show: UTF-8 or ASCII, coloured or not.
struct Palette: Equatable, Sendable {
    /// Whether characters outside ASCII may be written.
    var unicode: Bool
    /// Whether colours and weights may be used.
    var color: Bool

    var ellipsis: String { unicode ? "…" : "..." }
    var done: String { unicode ? "✔" : "+" }
    var failed: String { unicode ? "✘" : "x" }
    var canceled: String { unicode ? "⊘" : "!" }
    var pending: String { unicode ? "·" : "." }
    var gutter: String { unicode ? "│" : "|" }

    /// The sign of a running step; `tick` counts frames.
    func spinner(_ tick: Int) -> String {
        let frames = unicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["|", "/", "-", "\\"]
        return frames[tick % frames.count]
    }

    /// `text` between the SGR sequences (ECMA-48, 8.3.117) of `style`.
    func apply(_ style: StyledLine.Style, to text: String) -> String {
        guard color, !text.isEmpty else { return text }
        let code: String
        switch style {
        case .plain: return text
        case .bold: code = "1"
        case .dim: code = "2"
        case .good: code = "32"
        case .bad: code = "31"
        case .warning: code = "33"
        case .info: code = "36"
        }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

extension Palette {
    /// What the environment allows: colour unless `NO_COLOR` is set and not empty (no-color.org) or the terminal is dumb;
    /// UTF-8 if the locale says so (POSIX: `LC_ALL` before `LC_CTYPE` before `LANG`).
    init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let folded = locale.lowercased()
        unicode = folded.contains("utf-8") || folded.contains("utf8")
        color = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
