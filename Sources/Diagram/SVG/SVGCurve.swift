/// The path data of a link (SVG 1.1, section 8.3).
struct SVGCurve {
    /// What is drawn as lines.
    private(set) var lines = ""
    /// The arrow heads, as closed shapes.
    private(set) var heads = ""

    init(_ route: Layout.Route) {
        guard let start = route.trunk.first else { return }
        var points = [start]
        lines = "M" + Self.pair(start)
        for (index, point) in route.trunk.enumerated().dropFirst() {
            // Level pieces end at odd positions, bends at even ones.
            if index.isMultiple(of: 2) {
                lines += Self.bend(from: points[index - 1], to: point)
            } else {
                lines += "H" + XMLWriter.number(point.x)
            }
            points.append(point)
        }
        guard let last = points.last else { return }
        for (index, end) in route.ends.enumerated() {
            if index > 0 { lines += "M" + Self.pair(last) }
            lines += Self.bend(from: last, to: Layout.Point(x: end.x - 6, y: end.y))
            heads += "M" + Self.pair(end) + "l-8-4v8z"
        }
    }

    private static func bend(from start: Layout.Point, to end: Layout.Point) -> String {
        guard start.y != end.y else { return "H" + XMLWriter.number(end.x) }
        let middle = (start.x + end.x) / 2
        return "C" + pair(.init(x: middle, y: start.y)) + " " + pair(.init(x: middle, y: end.y)) + " " + pair(end)
    }

    private static func pair(_ point: Layout.Point) -> String {
        XMLWriter.number(point.x) + " " + XMLWriter.number(point.y)
    }
}
