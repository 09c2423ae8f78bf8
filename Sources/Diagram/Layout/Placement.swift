/// Finds the heights of boxes and waypoints, in the order that they have, at which links are nearly level.
enum Placement {
    /// Which links pull at a column.
    private enum Pull {
        case left, right, both
    }

    /// Sets the heights; the upper edge of the highest is 0.
    static func place(_ net: inout LayerNet) {
        for layer in net.layers.indices { net.stack(layer) }
        for _ in 0..<8 {
            for layer in net.layers.indices.dropFirst() { settle(&net, layer, .left) }
            for layer in net.layers.indices.dropLast().reversed() { settle(&net, layer, .right) }
        }
        for _ in 0..<8 {
            for layer in net.layers.indices { settle(&net, layer, .both) }
        }
        let top = net.vertices.reduce(Double.infinity) { min($0, $1.y) }
        for index in net.vertices.indices { net.vertices[index].y = (net.vertices[index].y - top).rounded() }
    }

    /// Moves a column's vertices as near as possible, in the least squares, to where their links pull them, without
    /// changing their order or touching: pooling those that would collide (isotonic regression).
    private static func settle(_ net: inout LayerNet, _ layer: Int, _ pull: Pull) {
        let vertices = net.layers[layer]
        /// Vertices that stand as close as they may, with the mean of their wishes.
        struct Block {
            var count: Int
            var weight: Double
            var position: Double
        }
        var blocks: [Block] = []
        var offsets: [Double] = []
        var offset = 0.0
        for (position, vertex) in vertices.enumerated() {
            if position > 0 {
                offset += net.vertices[vertices[position - 1]].height + net.gap(vertices[position - 1], vertex)
            }
            offsets.append(offset)
            let wish = wish(net, vertex, pull)
            var block = Block(count: 1, weight: wish.weight, position: wish.y - offset)
            while let upper = blocks.last, upper.position > block.position {
                blocks.removeLast()
                let weight = upper.weight + block.weight
                block = Block(
                    count: upper.count + block.count, weight: weight,
                    position: (upper.position * upper.weight + block.position * block.weight) / weight)
            }
            blocks.append(block)
        }
        var position = 0
        for block in blocks {
            for _ in 0..<block.count {
                net.vertices[vertices[position]].y = block.position + offsets[position]
                position += 1
            }
        }
    }

    /// Where a vertex wants to be, and how much.
    private static func wish(_ net: LayerNet, _ vertex: Int, _ pull: Pull) -> (y: Double, weight: Double) {
        var sum = 0.0
        var weight = 0.0
        let node = net.vertices[vertex]
        if pull != .right {
            for segment in node.incoming.map({ net.segments[$0] }) {
                sum += segment.weight * (net.departure(segment) - segment.entry)
                weight += segment.weight
            }
        }
        if pull != .left {
            for segment in node.outgoing.map({ net.segments[$0] }) {
                sum += segment.weight * (net.arrival(segment) - node.height / 2)
                weight += segment.weight
            }
        }
        return weight > 0 ? (sum / weight, weight) : (node.y, 0.01)
    }
}
