/// Draws a source more than once when what it leads to is far apart, so that no line has to cross the whole picture: the
/// build context is copied from at the beginning and at the end of many a Dockerfile.
struct SourceSpread {
    /// How many columns further right the last box of one drawing may be than the first.
    private static let reach = 1

    /// The boxes as given, then further drawings of sources.
    private(set) var items: [Layout.Item]
    /// The links as given, from the nearest drawing of their source.
    private(set) var links: [Layout.Link]
    /// Which of the given boxes each box shows.
    private(set) var origins: [Int]

    init(_ items: [Layout.Item], _ links: [Layout.Link]) {
        self.items = items
        self.links = links
        origins = Array(items.indices)
        let layers = Layering.layers(items, links)
        var outgoing: [Int: [Int]] = [:]
        for (index, link) in links.enumerated() where items[link.source].isSource {
            outgoing[link.source, default: []].append(index)
        }
        for source in items.indices {
            let sorted = (outgoing[source] ?? []).sorted { left, right in
                let (leftLayer, rightLayer) = (layers[links[left].destination], layers[links[right].destination])
                return leftLayer != rightLayer ? leftLayer < rightLayer : left < right
            }
            guard let nearest = sorted.first else { continue }
            var start = layers[links[nearest].destination]
            var drawing = source
            for link in sorted {
                let layer = layers[links[link].destination]
                if layer > start + Self.reach {
                    start = layer
                    drawing = self.items.count
                    self.items.append(items[source])
                    origins.append(source)
                }
                self.links[link].source = drawing
            }
        }
    }
}
