import BuildGraph

/// What lines and boxes mean: only those that are in the picture.
struct SVGLegend {
    private static let size = 10.5
    private static let lineHeight = 20.0

    private struct Entry {
        var swatch: String
        var isLine: Bool
        var text: String
        var width: Double { 40 + TextMetrics.sans(text, size: SVGLegend.size) + 18 }
    }

    private let entries: [Entry]

    init(_ graph: StageGraph, bundles: [StageGraph.Bundle]) {
        let kinds = Set(bundles.map(\.kind))
        let parts = Set(graph.nodes.map(\.part))
        var entries: [Entry] = []
        if kinds.contains(.from) { entries.append(.init(swatch: "edge from", isLine: true, text: "FROM: starts from")) }
        if kinds.contains(.copy) { entries.append(.init(swatch: "edge copy", isLine: true, text: "COPY, ADD: files")) }
        if kinds.contains(.mount) {
            entries.append(.init(swatch: "edge mount", isLine: true, text: "RUN --mount: files while it runs"))
        }
        entries.append(.init(swatch: "node stage target", isLine: false, text: "the image"))
        if parts.contains(.shipped) {
            entries.append(
                .init(swatch: "node stage shipped", isLine: false, text: "what it is built on: in the image"))
        }
        if parts.contains(.leftBehind) {
            entries.append(.init(swatch: "node stage left-behind", isLine: false, text: "needed, but left behind"))
        }
        if parts.contains(.pruned) {
            entries.append(.init(swatch: "node stage pruned", isLine: false, text: "pruned: not built"))
        }
        self.entries = entries
    }

    /// The width that the longest entry takes.
    var minimumWidth: Double { entries.map(\.width).max() ?? 0 }

    /// The entries, as many in a line as fit.
    func text(x left: Double, y top: Double, width: Double) -> (xml: XMLWriter, bottom: Double) {
        var xml = XMLWriter()
        let number = XMLWriter.number
        var (x, y) = (left, top)
        for entry in entries {
            if x > left, x + entry.width - 18 > left + width { (x, y) = (left, y + Self.lineHeight) }
            xml.open("g", [("class", entry.swatch), ("transform", "translate(\(number(x)) \(number(y)))")])
            if entry.isLine {
                xml.element("path", [("class", "line"), ("d", "M0 5H26")])
                xml.element("path", [("class", "head"), ("d", "M32 5l-8-4v8z")])
            } else {
                xml.element("rect", [("class", "box"), ("width", "30"), ("height", "11"), ("rx", "3")])
            }
            xml.close("g")
            xml.element(
                "text", [("class", "legend"), ("x", number(x + 38)), ("y", number(y + 9))], text: entry.text)
            x += entry.width
        }
        return (xml, y + Self.lineHeight)
    }
}
