/// Puts each box into a column to the right of all that it is linked from.
enum Layering {
    /// The number of each box's column, from 0; all numbers up to the greatest are used.
    ///
    /// The longest path decides; then boxes move right, towards what they lead to, where that makes links shorter.
    static func layers(_ items: [Layout.Item], _ links: [Layout.Link]) -> [Int] {
        var outgoing = Array(repeating: [Int](), count: items.count)
        var incoming = Array(repeating: [Int](), count: items.count)
        for (index, link) in links.enumerated() {
            outgoing[link.source].append(index)
            incoming[link.destination].append(index)
        }
        let order = topologicalOrder(items.count, links, outgoing, incoming)
        var layers = Array(repeating: 0, count: items.count)
        for item in order {
            for link in outgoing[item] {
                let next = links[link].destination
                layers[next] = max(layers[next], layers[item] + 1)
            }
        }
        for item in order.reversed() {
            guard let nearest = outgoing[item].map({ layers[links[$0].destination] }).min() else { continue }
            // Sources move along with what they lead to, so they do not hold anything back.
            let held = incoming[item].count { !items[links[$0].source].isSource }
            if outgoing[item].count > held { layers[item] = nearest - 1 }
        }
        // Moving right may have left a column empty.
        let used = Set(layers).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: zip(used, 0...))
        return layers.map { numbers[$0] ?? 0 }
    }

    private static func topologicalOrder(
        _ count: Int, _ links: [Layout.Link], _ outgoing: [[Int]], _ incoming: [[Int]]
    ) -> [Int] {
        var missing = incoming.map(\.count)
        var order = (0..<count).filter { missing[$0] == 0 }
        var next = 0
        while next < order.count {
            for link in outgoing[order[next]] {
                let destination = links[link].destination
                missing[destination] -= 1
                if missing[destination] == 0 { order.append(destination) }
            }
            next += 1
        }
        return order
    }
}
