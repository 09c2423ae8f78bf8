/// Boxes and waypoints in their layers, and the segments of links from each layer to the next.
struct LayerNet {
    /// A box, or a waypoint of a link.
    struct Vertex {
        var layer: Int
        var width: Double
        var height: Double
        var isWaypoint: Bool
        /// The upper edge.
        var y = 0.0
        /// Positions of segments.
        var incoming: [Int] = []
        var outgoing: [Int] = []
    }

    /// A part of a link from one layer to the next.
    struct Segment {
        var source: Int
        var destination: Int
        /// Where it enters the destination, from its upper edge.
        var entry: Double
        var weight: Double
        /// The link that it is part of.
        var link: Int
    }

    /// The boxes, then the waypoints.
    var vertices: [Vertex]
    var segments: [Segment] = []
    /// The vertices of each layer from top to bottom.
    var layers: [[Int]]
    /// The waypoints of each link from left to right.
    private(set) var waypoints: [[Int]] = []

    /// - Parameter layers: the layer of each box, from 0.
    init(_ items: [Layout.Item], _ links: [Layout.Link], layers numbers: [Int]) {
        vertices = zip(items, numbers).map {
            Vertex(layer: $1, width: $0.width, height: $0.height, isWaypoint: false)
        }
        for (index, link) in links.enumerated() {
            var previous = link.source
            var passed: [Int] = []
            let (first, last) = (numbers[link.source], numbers[link.destination])
            for layer in (first + 1)..<max(first + 1, last) {
                vertices.append(Vertex(layer: layer, width: 0, height: Layout.waypointHeight, isWaypoint: true))
                let waypoint = vertices.count - 1
                segments.append(
                    Segment(
                        source: previous, destination: waypoint, entry: Layout.waypointHeight / 2,
                        weight: passed.isEmpty ? link.weight : link.weight + 4, link: index))
                passed.append(waypoint)
                previous = waypoint
            }
            let entry = link.entries.reduce(0, +) / Double(max(1, link.entries.count))
            segments.append(
                Segment(source: previous, destination: link.destination, entry: entry, weight: link.weight, link: index)
            )
            waypoints.append(passed)
        }
        layers = Array(repeating: [], count: (numbers.max() ?? 0) + 1)
        for (index, vertex) in vertices.enumerated() { layers[vertex.layer].append(index) }
        for (index, segment) in segments.enumerated() {
            vertices[segment.source].outgoing.append(index)
            vertices[segment.destination].incoming.append(index)
        }
    }

    /// The room between two vertices that stand one above the other.
    func gap(_ upper: Int, _ lower: Int) -> Double {
        vertices[upper].isWaypoint && vertices[lower].isWaypoint ? 2 : Layout.rowGap
    }

    /// The height at which a segment leaves its source.
    func departure(_ segment: Segment) -> Double {
        vertices[segment.source].y + vertices[segment.source].height / 2
    }

    /// The height at which a segment reaches its destination.
    func arrival(_ segment: Segment) -> Double { vertices[segment.destination].y + segment.entry }

    /// Puts the vertices of a layer one below the other.
    mutating func stack(_ layer: Int) {
        var y = 0.0
        var previous: Int?
        for vertex in layers[layer] {
            if let previous { y += gap(previous, vertex) }
            vertices[vertex].y = y
            y += vertices[vertex].height
            previous = vertex
        }
        // Around zero, so that columns of different heights can be compared.
        for vertex in layers[layer] { vertices[vertex].y -= y / 2 }
    }
}
