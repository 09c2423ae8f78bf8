import BuildGraph

/// What stands in the box of a node, and how much room it takes.
struct BoxContent {
    private static let titleSize = 13.0
    private static let subtitleSize = 10.5
    private static let rowSize = 11.0
    private static let keywordSize = 9.0
    private static let header = 44.0
    private static let rowHeight = 19.0
    private static let padding = 12.0
    private static let badge = "TARGET"
    /// Longer names are shortened.
    private static let widestTitle = 230.0
    /// Longer pairs of paths are shortened.
    private static let widestPaths = 300.0

    /// A thing that is copied into a stage.
    private struct Row {
        var edge: StageGraph.Edge
        var label: String
    }

    private let node: StageGraph.Node
    private let title: String
    private let subtitle: String
    private let rows: [Row]
    /// The room for the names of instructions.
    private let keywordWidth: Double
    private let rowOfEdge: [StageGraph.Edge: Int]
    let width: Double
    let height: Double
    let isStage: Bool

    init(_ node: StageGraph.Node, rows edges: [StageGraph.Edge]) {
        self.node = node
        isStage = node.stage != nil
        // The end of an image's name says most; where it is from stands below.
        let (origin, name) = Self.parts(of: node)
        title = Shortening.middle(name, to: Self.widestTitle) {
            TextMetrics.sans($0, size: Self.titleSize, isBold: true)
        }
        subtitle = Shortening.middle(node.subtitle + origin, to: Self.widestTitle) {
            TextMetrics.sans($0, size: Self.subtitleSize)
        }
        let rows = edges.map { Row(edge: $0, label: Self.label($0)) }
        self.rows = rows
        let keywordWidth =
            8 + (edges.map { TextMetrics.sans($0.keyword, size: Self.keywordSize, isBold: true) }.max() ?? 0)
        self.keywordWidth = keywordWidth
        rowOfEdge = Dictionary(zip(edges, 0...)) { first, _ in first }
        let mark = node.part == .target ? Self.badgeWidth + 14 : 0
        let texts = [
            TextMetrics.sans(title, size: Self.titleSize, isBold: true) + mark,
            TextMetrics.sans(subtitle, size: Self.subtitleSize),
            rows.reduce(0) {
                max($0, keywordWidth + TextMetrics.monospaced($1.label, size: Self.rowSize))
            },
        ]
        width = ((texts.max() ?? 0) + 2 * Self.padding).rounded(.up)
        height = Self.header + (rows.isEmpty ? 0 : Double(rows.count) * Self.rowHeight + 6)
    }

    private static func parts(of node: StageGraph.Node) -> (origin: String, name: String) {
        let name = node.title
        guard node.isRemote, let slash = name.dropLast().lastIndex(of: "/") else { return ("", name) }
        return (", \(name[..<slash])/", String(name[name.index(after: slash)...]))
    }

    private static var badgeWidth: Double { TextMetrics.sans(badge, size: 9, isBold: true) + 12 }

    private static func label(_ edge: StageGraph.Edge) -> String {
        let paths = Diagram.shown(edge.paths.joined(separator: ", "))
        let target = Diagram.shown(edge.path ?? "")
        let width = { TextMetrics.monospaced($0, size: rowSize) }
        guard !paths.isEmpty else { return "→ " + Shortening.middle(target, to: widestPaths, width: width) }
        let short = Shortening.pair(paths, target, to: widestPaths - width(" → "), width: width)
        return "\(short.first) → \(short.second)"
    }

    /// Where an edge enters the box, from its upper edge: at its row, or beside the name.
    func entry(_ edge: StageGraph.Edge) -> Double {
        guard edge.kind != .from, let row = rowOfEdge[edge] else { return Self.header / 2 }
        return Self.header + (Double(row) + 0.5) * Self.rowHeight
    }

    /// Draws the box.
    func write(_ graph: StageGraph, at box: Layout.Box, to xml: inout XMLWriter) {
        let number = XMLWriter.number
        xml.open(
            "g",
            [
                ("class", "node \(isStage ? "stage" : "source") \(node.part.rawValue)"),
                ("transform", "translate(\(number(box.x)) \(number(box.y)))"),
            ])
        xml.element("title", text: "\(node.title)\n\(node.subtitle)\n\(node.part.summary)")
        xml.element(
            "rect",
            [("class", "box"), ("width", number(width)), ("height", number(height)), ("rx", isStage ? "6" : "18")])
        let padding = number(Self.padding)
        xml.element("text", [("class", "name"), ("x", padding), ("y", "19")], text: title)
        xml.element("text", [("class", "note"), ("x", padding), ("y", "35")], text: subtitle)
        if node.part == .target { writeBadge(to: &xml) }
        if !rows.isEmpty {
            xml.element("path", [("class", "rule"), ("d", "M0 \(number(Self.header - 1))H\(number(width))")])
        }
        for (index, row) in rows.enumerated() {
            let y = Self.header + (Double(index) + 0.5) * Self.rowHeight + 4
            xml.open("g", [("class", "row \(row.edge.kind == .mount ? "mount" : "copy")")])
            let source = graph.nodes[row.edge.source].title
            xml.element(
                "title", text: "line \(row.edge.line): \(row.edge.keyword) from \(source): \(row.edge.label())")
            xml.element("text", [("class", "keyword"), ("x", padding), ("y", number(y))], text: row.edge.keyword)
            xml.element(
                "text", [("class", "paths"), ("x", number(Self.padding + keywordWidth)), ("y", number(y))],
                text: row.label)
            xml.close("g")
        }
        xml.close("g")
    }

    private func writeBadge(to xml: inout XMLWriter) {
        let number = XMLWriter.number
        let x = width - Self.badgeWidth - 9
        xml.element(
            "rect",
            [
                ("class", "badge"), ("x", number(x)), ("y", "8"), ("width", number(Self.badgeWidth)), ("height", "15"),
                ("rx", "7.5"),
            ])
        xml.element(
            "text",
            [("class", "badge-text"), ("x", number(x + Self.badgeWidth / 2)), ("y", "18.8")], text: Self.badge)
    }
}
