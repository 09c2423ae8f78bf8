import BuildGraph

/// The graph as a picture (SVG 1.1): no scripts, no fonts or images from elsewhere, readable on light and dark pages.
///
/// Stages are boxes with a row for each thing that is copied into them, and the line of a copy ends at its row: so every
/// line has its label at its head, and no label can lie on a line or a box.
struct SVGDrawing {
    private static let margin = 20.0
    private static let headline = 34.0

    private let graph: StageGraph
    /// What stands in the boxes, by node.
    private let contents: [BoxContent]
    private let bundles: [StageGraph.Bundle]
    /// The node that each box of the layout shows.
    private let nodes: [Int]
    private let layout: Layout

    init(_ graph: StageGraph) throws(DiagramError) {
        self.graph = graph
        var rows: [[StageGraph.Edge]] = Array(repeating: [], count: graph.nodes.count)
        for edge in graph.edges where edge.kind != .from { rows[edge.destination].append(edge) }
        let contents = zip(graph.nodes, rows).map { BoxContent($0, rows: $1) }
        let bundles = graph.bundles
        let links = bundles.map { bundle in
            Layout.Link(
                source: bundle.source, destination: bundle.destination,
                entries: bundle.edges.map(contents[bundle.destination].entry), weight: bundle.kind == .from ? 3 : 1)
        }
        let items = contents.map { Layout.Item(width: $0.width, height: $0.height, isSource: !$0.isStage) }
        let spread = SourceSpread(items, links)
        self.contents = contents
        self.bundles = bundles
        nodes = spread.origins
        layout = try Layout(spread.items, spread.links)
    }

    var text: String {
        let legend = SVGLegend(graph, bundles: bundles)
        let inner = max(layout.width, legend.minimumWidth, TextMetrics.sans(headline, size: 13, isBold: true))
        let placedLegend = legend.text(
            x: Self.margin, y: Self.margin + Self.headline + layout.height + 26, width: inner)
        let width = (inner + 2 * Self.margin).rounded(.up)
        let height = (placedLegend.bottom + Self.margin - 4).rounded(.up)
        var xml = XMLWriter()
        xml.open(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("class", "slipway-graph"), ("role", "img"),
                ("width", XMLWriter.number(width)), ("height", XMLWriter.number(height)),
                ("viewBox", "0 0 \(XMLWriter.number(width)) \(XMLWriter.number(height))"),
            ])
        xml.element("title", text: graph.summary)
        xml.element("desc", text: description)
        xml.element("style", text: SVGStyle.sheet)
        xml.element(
            "rect",
            [("class", "page"), ("width", XMLWriter.number(width)), ("height", XMLWriter.number(height)), ("rx", "8")])
        xml.element(
            "text", [("class", "headline"), ("x", XMLWriter.number(Self.margin)), ("y", "31")], text: headline)
        xml.open(
            "g",
            [
                (
                    "transform",
                    "translate(\(XMLWriter.number(Self.margin)) \(XMLWriter.number(Self.margin + Self.headline)))"
                )
            ])
        // Needed lines lie on top of those that are not.
        for index in bundles.indices where !bundles[index].isNeeded {
            write(bundles[index], layout.routes[index], to: &xml)
        }
        for index in bundles.indices where bundles[index].isNeeded {
            write(bundles[index], layout.routes[index], to: &xml)
        }
        for (box, node) in zip(layout.boxes, nodes) { contents[node].write(graph, at: box, to: &xml) }
        xml.close("g")
        xml.append(placedLegend.xml)
        xml.close("svg")
        return xml.text
    }

    private var headline: String {
        Shortening.middle(graph.summary, to: 900) { TextMetrics.sans($0, size: 13, isBold: true) }
    }

    /// The picture in words.
    private var description: String {
        graph.nodes.prefix(graph.stages.count).enumerated().map { index, node in
            let edges = graph.edges(into: index)
            let base = edges.first { $0.kind == .from }.map { graph.nodes[$0.source].title } ?? ""
            let copies = edges.filter { $0.kind != .from }.map { edge in
                "\(edge.keyword) from \(graph.nodes[edge.source].title): \(edge.label(arrow: "to"))"
            }
            return "Stage \(node.title) (\(node.part.summary)) starts from \(base)"
                + copies.map { "; " + $0 }.joined() + "."
        }.joined(separator: " ")
    }

    private func write(_ bundle: StageGraph.Bundle, _ route: Layout.Route, to xml: inout XMLWriter) {
        let source = graph.nodes[bundle.source]
        let destination = graph.nodes[bundle.destination]
        var classes = "edge " + (bundle.kind == .from ? "from" : bundle.kind == .mount ? "mount" : "copy")
        if !bundle.isNeeded { classes += " pruned" }
        if bundle.kind == .from, destination.part == .target || destination.part == .shipped { classes += " ship" }
        xml.open("g", [("class", classes)])
        let lines = bundle.edges.map { edge in
            edge.kind == .from
                ? "line \(edge.line): \(destination.title) starts from \(source.title)"
                : "line \(edge.line): \(edge.keyword) from \(source.title): \(edge.label())"
        }
        xml.element("title", text: lines.joined(separator: "\n"))
        let curve = SVGCurve(route)
        xml.element("path", [("class", "line"), ("d", curve.lines)])
        xml.element("path", [("class", "head"), ("d", curve.heads)])
        xml.close("g")
    }
}
