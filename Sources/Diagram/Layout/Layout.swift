/// Gives boxes places in columns from left to right, and links ways between them that touch no box.
///
/// A layered drawing (Sugiyama, Tagawa and Toda 1981): ``Layering`` puts each box into a column to the right of all that
/// it is linked from; a link over several columns gets a waypoint in each column that it passes; ``Ordering`` orders the
/// columns so that few links cross; ``Placement`` finds heights at which links are short. Links bend only between columns,
/// and run level through the room of a waypoint, so that none can touch a box.
struct Layout {
    /// A box to be placed.
    struct Item {
        var width: Double
        var height: Double
        /// Whether nothing leads to it, so that it may stand close to what it leads to.
        var isSource: Bool
    }

    /// A link between two boxes.
    struct Link {
        var source: Int
        var destination: Int
        /// Where it enters the destination, from the upper edge; several for a link that fans out.
        var entries: [Double]
        /// How much a straight course is wanted.
        var weight: Double
    }

    /// A place on the plane; y grows downwards.
    struct Point: Hashable {
        var x: Double
        var y: Double
    }

    /// Where a box is.
    struct Box: Hashable {
        var x: Double
        var y: Double
        var width: Double
        var height: Double
    }

    /// The course of a link: level from the first to the second point, then a bend to the third, and so on; at last a bend
    /// from the end of `trunk` to each of `ends`.
    struct Route: Hashable {
        var trunk: [Point]
        var ends: [Point]
    }

    /// The distance of boxes in a column.
    static let rowGap = 22.0
    /// The room that a waypoint has.
    static let waypointHeight = 10.0

    /// The greatest number of boxes and waypoints: far more than anybody can look at.
    static let limit = 5_000

    private(set) var boxes: [Box] = []
    /// In the order of the links.
    private(set) var routes: [Route] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    /// Lays boxes out. The links must not lead in a circle.
    ///
    /// Throws ``DiagramError`` when there are more boxes and waypoints than a picture can show.
    init(_ items: [Item], _ links: [Link]) throws(DiagramError) {
        guard !items.isEmpty else { return }
        let layers = Layering.layers(items, links)
        let waypoints = links.reduce(0) { $0 + layers[$1.destination] - layers[$1.source] - 1 }
        guard items.count + waypoints <= Self.limit else {
            throw DiagramError(
                "\(items.count) stages and sources are too many for a picture",
                help: "use --format text, dot or mermaid")
        }
        var net = LayerNet(items, links, layers: layers)
        Ordering.order(&net)
        Placement.place(&net)
        let columns = columns(of: net)
        boxes = items.indices.map { item in
            let vertex = net.vertices[item]
            let column = columns[vertex.layer]
            let x = items[item].isSource ? column.x + column.width - vertex.width : column.x
            return Box(x: x, y: vertex.y, width: vertex.width, height: vertex.height)
        }
        routes = routes(net, links, columns)
        width = (columns.last?.x ?? 0) + (columns.last?.width ?? 0)
        height = net.vertices.reduce(0) { max($0, $1.y + $1.height) }
    }

    private struct Column {
        var x = 0.0
        var width = 0.0
    }

    private func columns(of net: LayerNet) -> [Column] {
        var columns = net.layers.map { layer in
            Column(width: layer.reduce(0) { max($0, net.vertices[$1].width) })
        }
        for index in columns.indices.dropFirst() {
            // The more lines bend between two columns, the more room they need to be told apart.
            let bends = net.layers[index - 1].reduce(0) { $0 + net.vertices[$1].outgoing.count }
            columns[index].x = columns[index - 1].x + columns[index - 1].width + min(150, 44 + 4 * Double(bends))
        }
        return columns
    }

    private func routes(_ net: LayerNet, _ links: [Link], _ columns: [Column]) -> [Route] {
        let exits = exits(net)
        return links.indices.map { index in
            let link = links[index]
            let source = boxes[link.source]
            let first = columns[net.vertices[link.source].layer]
            let y = source.y + exits[index]
            var trunk = [Point(x: source.x + source.width, y: y), Point(x: first.x + first.width, y: y)]
            for waypoint in net.waypoints[index] {
                let vertex = net.vertices[waypoint]
                let column = columns[vertex.layer]
                let y = vertex.y + vertex.height / 2
                trunk += [Point(x: column.x, y: y), Point(x: column.x + column.width, y: y)]
            }
            let destination = boxes[link.destination]
            let ends = link.entries.map { Point(x: destination.x, y: destination.y + $0) }
            return Route(trunk: trunk, ends: ends)
        }
    }

    /// Where each link leaves its source, from the upper edge: in the order of where they go.
    private func exits(_ net: LayerNet) -> [Double] {
        var exits = Array(repeating: 0.0, count: net.waypoints.count)
        for source in boxes.indices {
            let segments = net.vertices[source].outgoing.map { net.segments[$0] }
            let sorted = segments.sorted { left, right in
                let (leftY, rightY) = (net.arrival(left), net.arrival(right))
                return leftY != rightY ? leftY < rightY : left.link < right.link
            }
            let height = boxes[source].height
            let step = min(9, (height - 14) / Double(max(1, sorted.count)))
            for (position, segment) in sorted.enumerated() {
                exits[segment.link] = height / 2 + (Double(position) - Double(sorted.count - 1) / 2) * step
            }
        }
        return exits
    }
}
