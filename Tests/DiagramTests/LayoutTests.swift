import Testing

@testable import Diagram

@Suite struct LayoutTests {
    private struct Example {
        var items: [Layout.Item] = []
        var links: [Layout.Link] = []
    }

    private func example(_ seed: UInt64) -> Example {
        var numbers = SeededNumbers(state: seed)
        var example = Example()
        for item in 0..<Int.random(in: 1...40, using: &numbers) {
            let height = Double(Int.random(in: 20...160, using: &numbers))
            let count = item > 0 ? Int.random(in: 0...3, using: &numbers) : 0
            example.items.append(
                Layout.Item(
                    width: Double(Int.random(in: 30...400, using: &numbers)), height: height, isSource: count == 0))
            for _ in 0..<count {
                let entries = (0..<Int.random(in: 1...3, using: &numbers)).map { _ in
                    Double.random(in: 0...height, using: &numbers)
                }
                example.links.append(
                    Layout.Link(
                        source: Int.random(in: 0..<item, using: &numbers), destination: item, entries: entries,
                        weight: Bool.random(using: &numbers) ? 3 : 1))
            }
        }
        return example
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func boxesDoNotOverlap(seed: UInt64) throws {
        let example = example(seed)
        let layout = try Layout(example.items, example.links)
        for (index, box) in layout.boxes.enumerated() {
            #expect(box.x >= 0 && box.y >= 0)
            #expect(box.x + box.width <= layout.width + 0.5 && box.y + box.height <= layout.height + 0.5)
            for other in layout.boxes[..<index] {
                let isApart =
                    box.x >= other.x + other.width || other.x >= box.x + box.width || box.y >= other.y + other.height
                    || other.y >= box.y + box.height
                #expect(isApart, "\(box) \(other)")
            }
        }
    }

    /// Lines run through no box: level pieces lie in the room of a waypoint or behind their source, bends between columns.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func linesTouchNoBox(seed: UInt64) throws {
        let example = example(seed)
        let layout = try Layout(example.items, example.links)
        for (link, route) in zip(example.links, layout.routes) {
            #expect(route.ends.count == link.entries.count)
            let destination = layout.boxes[link.destination]
            for (end, entry) in zip(route.ends, link.entries) {
                #expect(end.x == destination.x && end.y == destination.y + entry)
                try expectFree(try #require(route.trunk.last), end, of: layout.boxes)
            }
            for (start, end) in zip(route.trunk, route.trunk.dropFirst()) {
                try expectFree(start, end, of: layout.boxes)
            }
            let source = layout.boxes[link.source]
            #expect(route.trunk[0].x == source.x + source.width)
            #expect((source.y...source.y + source.height).contains(route.trunk[0].y))
        }
    }

    /// A bend stays in the rectangle between its ends, so nothing may be in there.
    private func expectFree(_ start: Layout.Point, _ end: Layout.Point, of boxes: [Layout.Box]) throws {
        #expect(start.x <= end.x)
        let (top, bottom) = (min(start.y, end.y), max(start.y, end.y))
        for box in boxes {
            let isFree =
                box.x >= end.x || start.x >= box.x + box.width || box.y >= bottom || top >= box.y + box.height
            #expect(isFree, "\(start) to \(end) through \(box)")
        }
    }

    @Test func columnsFollowTheLongestPath() {
        let item = Layout.Item(width: 10, height: 10, isSource: false)
        let source = Layout.Item(width: 10, height: 10, isSource: true)
        func link(_ from: Int, _ to: Int) -> Layout.Link {
            .init(source: from, destination: to, entries: [5], weight: 1)
        }
        let layers = Layering.layers(
            [source, item, item, item, source], [link(0, 1), link(1, 2), link(2, 3), link(1, 3), link(4, 3)])
        // The last source stands beside what starts from it.
        #expect(layers == [0, 1, 2, 3, 2])
    }

    @Test func aSourceThatIsUsedFarApartIsDrawnAgain() {
        let source = Layout.Item(width: 10, height: 10, isSource: true)
        let item = Layout.Item(width: 10, height: 10, isSource: false)
        func link(_ from: Int, _ to: Int) -> Layout.Link {
            .init(source: from, destination: to, entries: [5], weight: 1)
        }
        let spread = SourceSpread(
            [source, item, item, item], [link(0, 1), link(1, 2), link(0, 2), link(2, 3), link(0, 3)])
        #expect(spread.origins == [0, 1, 2, 3, 0])
        #expect(spread.links.map(\.source) == [0, 1, 0, 2, 4])
    }

    @Test func fewLinksCross() {
        let item = Layout.Item(width: 10, height: 10, isSource: false)
        // Three pairs, given upside down.
        let links = [(0, 5), (1, 4), (2, 3)].map {
            Layout.Link(source: $0.0, destination: $0.1, entries: [5], weight: 1)
        }
        var net = LayerNet(Array(repeating: item, count: 6), links, layers: [0, 0, 0, 1, 1, 1])
        for layer in net.layers.indices { net.stack(layer) }
        #expect(Ordering.crossings(net) == 3)
        Ordering.order(&net)
        #expect(Ordering.crossings(net) == 0)
    }

    @Test func tooManyBoxes() {
        let item = Layout.Item(width: 10, height: 10, isSource: true)
        let error = #expect(throws: DiagramError.self) {
            try Layout(Array(repeating: item, count: Layout.limit + 1), [])
        }
        #expect(error?.help?.contains("dot") == true)
    }
}
