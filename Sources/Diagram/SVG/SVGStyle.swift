/// The colours and fonts of a picture.
///
/// Every rule begins with the picture's class, so that it changes nothing else on a page that the picture is put into.
enum SVGStyle {
    /// The style sheet. Lines differ in width and dashes as well as in colour.
    static let sheet: String = {
        let rules = [
            ".page{fill:$page}",
            "text{font-family:Helvetica,Arial,\"DejaVu Sans\",sans-serif;fill:$text}",
            ".headline{font-size:13px;font-weight:bold}",
            ".name{font-size:13px;font-weight:bold}",
            ".note,.legend{font-size:10.5px;fill:$muted}",
            ".keyword{font-size:9px;font-weight:bold;fill:$copy}",
            ".paths{font-family:Menlo,Consolas,\"DejaVu Sans Mono\",monospace;font-size:11px}",
            ".box{fill:$box;stroke:$border;stroke-width:1}",
            ".source .box{fill:$page}",
            ".rule{stroke:$border;stroke-width:1;opacity:.4}",
            ".target .box{fill:$target;stroke:$ship;stroke-width:3}",
            ".shipped .box{stroke:$ship;stroke-width:2}",
            ".pruned .box{fill:none;stroke:$pruned;stroke-dasharray:5 4}",
            ".badge{fill:$ship}",
            ".badge-text{font-size:9px;font-weight:bold;fill:$page;text-anchor:middle}",
            ".line{fill:none;stroke-width:1.5}",
            ".from .line{stroke:$from;stroke-width:2.5}",
            ".from .head{fill:$from}",
            ".copy .line{stroke:$copy}",
            ".copy .head{fill:$copy}",
            ".mount .line{stroke:$mount;stroke-dasharray:2 3}",
            ".mount .head,.mount .keyword{fill:$mount}",
            ".ship .line{stroke:$ship}",
            ".ship .head{fill:$ship}",
            ".pruned .line{stroke:$pruned;stroke-width:1.2;stroke-dasharray:5 4}",
            ".pruned .head{fill:$pruned}",
            ".pruned text,.pruned .keyword{fill:$faded}",
        ]
        let dark = rules.compactMap(colorsOnly).map { colored($0, Self.dark) }
        return "\n" + rules.map { colored($0, light) + "\n" }.joined() + "@media (prefers-color-scheme:dark){\n"
            + dark.map { $0 + "\n" }.joined() + "}\n"
    }()

    private static let light = [
        "page": "#ffffff", "text": "#1f2328", "muted": "#59636e", "box": "#f6f8fa", "border": "#818b98",
        "target": "#dafbe1", "ship": "#1a7f37", "from": "#59636e", "copy": "#0969da", "mount": "#8250df",
        "pruned": "#afb8c1", "faded": "#7d8590",
    ]

    private static let dark = [
        "page": "#0d1117", "text": "#f0f6fc", "muted": "#9198a1", "box": "#1c2128", "border": "#6e7681",
        "target": "#12361f", "ship": "#3fb950", "from": "#9198a1", "copy": "#58a6ff", "mount": "#bc8cff",
        "pruned": "#484f58", "faded": "#7d8590",
    ]

    /// The rule with only those declarations that have a colour; nil if none has.
    private static func colorsOnly(_ rule: String) -> String? {
        guard let brace = rule.firstIndex(of: "{") else { return nil }
        let declarations = rule[rule.index(after: brace)...].dropLast().split(separator: ";").filter {
            $0.contains("$")
        }
        return declarations.isEmpty ? nil : rule[...brace] + declarations.joined(separator: ";") + "}"
    }

    /// The rule with its colours, for the picture alone.
    private static func colored(_ rule: String, _ colors: [String: String]) -> String {
        let parts = rule.split(separator: "{", maxSplits: 1)
        let selectors = parts[0].split(separator: ",").map { ".slipway-graph " + $0 }.joined(separator: ",")
        var text = selectors + "{"
        for piece in parts[1].split(separator: "$", omittingEmptySubsequences: false).enumerated() {
            guard piece.offset > 0 else {
                text += piece.element
                continue
            }
            let name = piece.element.prefix { $0.isLetter }
            text += (colors[String(name)] ?? "") + piece.element.dropFirst(name.count)
        }
        return text
    }
}
