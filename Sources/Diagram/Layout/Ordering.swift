/// Orders the boxes and waypoints of each column so that few links cross.
enum Ordering {
    /// How often the columns are gone through each way.
    private static let rounds = 12

    /// Moves vertices to the mean height of what they are linked to (the barycentre method), from left to right and back,
    /// and keeps the best order that came up.
    static func order(_ net: inout LayerNet) {
        for layer in net.layers.indices { net.stack(layer) }
        var best = net.layers
        var fewest = crossings(net)
        for round in 0..<rounds where fewest > 0 {
            let forward = round.isMultiple(of: 2)
            let layers = forward ? Array(net.layers.indices.dropFirst()) : net.layers.indices.dropLast().reversed()
            for layer in layers {
                sort(&net, layer, byIncoming: forward)
                net.stack(layer)
            }
            let count = crossings(net)
            if count < fewest { (fewest, best) = (count, net.layers) }
        }
        net.layers = best
        for layer in net.layers.indices { net.stack(layer) }
    }

    private static func sort(_ net: inout LayerNet, _ layer: Int, byIncoming: Bool) {
        let vertices = net.layers[layer]
        let keys = vertices.enumerated().map { position, vertex -> (key: Double, position: Int) in
            let segments = byIncoming ? net.vertices[vertex].incoming : net.vertices[vertex].outgoing
            let height = net.vertices[vertex].height / 2
            guard !segments.isEmpty else { return (net.vertices[vertex].y + height, position) }
            let sum = segments.reduce(0.0) { sum, index in
                let segment = net.segments[index]
                return sum
                    + (byIncoming ? net.departure(segment) - segment.entry + height : net.arrival(segment))
            }
            return (sum / Double(segments.count), position)
        }
        net.layers[layer] = keys.sorted { $0.key != $1.key ? $0.key < $1.key : $0.position < $1.position }
            .map { vertices[$0.position] }
    }

    /// How many pairs of segments cross.
    static func crossings(_ net: LayerNet) -> Int {
        var total = 0
        for layer in net.layers {
            let segments = layer.flatMap { net.vertices[$0].outgoing }.map { net.segments[$0] }
            let ends = segments.map { (net.departure($0), net.arrival($0)) }.sorted { $0 < $1 }.map(\.1)
            total += inversions(ends)
        }
        return total
    }

    /// How many pairs stand in the wrong order, counted while merging.
    private static func inversions(_ values: [Double]) -> Int {
        guard values.count > 1 else { return 0 }
        var values = values
        var count = 0
        var width = 1
        while width < values.count {
            var merged: [Double] = []
            merged.reserveCapacity(values.count)
            var start = 0
            while start < values.count {
                let middle = min(start + width, values.count)
                let end = min(start + 2 * width, values.count)
                var (left, right) = (start, middle)
                while left < middle || right < end {
                    if right == end || (left < middle && values[left] <= values[right]) {
                        merged.append(values[left])
                        left += 1
                    } else {
                        count += middle - left
                        merged.append(values[right])
                        right += 1
                    }
                }
                start = end
            }
            values = merged
            width *= 2
        }
        return count
    }
}
