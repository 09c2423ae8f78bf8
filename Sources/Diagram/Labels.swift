import BuildGraph

/// The words of a drawing, which all forms share.
extension StageGraph.Node {
    /// What stands below the name of a stage: `lines 3-9, 4 steps`; what a source is, for others.
    var subtitle: String {
        var parts: [String] = []
        switch kind {
        case .stage(let stage):
            parts.append(
                stage.lines.count == 1
                    ? "line \(stage.lines.lowerBound)" : "lines \(stage.lines.lowerBound)-\(stage.lines.upperBound)")
            if stage.isReplaced {
                parts.append("replaced by a named context")
            } else {
                parts.append(stage.steps == 1 ? "1 step" : "\(stage.steps) steps")
            }
            if let platform = stage.platform { parts.append("\(platform)") }
        case .image: parts.append(replacement == nil ? "image" : "image from \(Diagram.shown(replacement ?? ""))")
        case .namedContext: parts.append("named context")
        case .buildContext: parts.append("your files")
        case .scratch: parts.append("empty")
        case .remoteFile: parts.append("download")
        case .repository: parts.append("git repository")
        }
        return parts.joined(separator: ", ")
    }

    /// Whether the name says where it is from before it says what it is.
    var isRemote: Bool {
        switch kind {
        case .image, .remoteFile, .repository: true
        case .stage, .namedContext, .buildContext, .scratch: false
        }
    }

    /// The name, safe to show.
    var title: String { Diagram.shown(name) }
}

extension StageGraph.Part {
    /// In words.
    var summary: String {
        switch self {
        case .target: "target: this is the image"
        case .shipped: "in the image as a whole"
        case .leftBehind: "left behind"
        case .pruned: "pruned: the target does not need it"
        }
    }
}

extension StageGraph.Edge {
    /// The instruction's name.
    var keyword: String {
        switch kind {
        case .from: "FROM"
        case .copy: "COPY"
        case .add: "ADD"
        case .mount: "MOUNT"
        }
    }

    /// What is taken, and where it goes: `/out/app → /usr/bin/app`.
    func label(arrow: String = "→") -> String {
        let from = Diagram.shown(paths.joined(separator: ", "))
        guard let path else { return from }
        return (from.isEmpty ? "" : from + " ") + arrow + " " + Diagram.shown(path)
    }
}

extension StageGraph {
    /// Edges from one node to another by the same kind of instruction, which drawings show as one line.
    struct Bundle: Hashable {
        var source: Int
        var destination: Int
        var kind: Edge.Kind
        var edges: [Edge]
        var isNeeded: Bool { edges.contains(where: \.isNeeded) }
    }

    /// The edges, those that run side by side taken together, in the order of the Dockerfile.
    var bundles: [Bundle] {
        struct Key: Hashable {
            var source: Int
            var destination: Int
            var kind: Edge.Kind
        }
        var bundles: [Bundle] = []
        var positions: [Key: Int] = [:]
        for edge in edges {
            // COPY and ADD look alike.
            let kind = edge.kind == .add ? .copy : edge.kind
            let key = Key(source: edge.source, destination: edge.destination, kind: kind)
            if let known = positions[key] {
                bundles[known].edges.append(edge)
            } else {
                positions[key] = bundles.count
                bundles.append(
                    Bundle(source: edge.source, destination: edge.destination, kind: kind, edges: [edge]))
            }
        }
        return bundles
    }

    /// What a drawing is about, in one sentence.
    var summary: String {
        let count = stages.count
        let pruned = stages.count { $0.part == .pruned }
        let kept =
            count == 1 ? "one stage" : "\(count) stages, \(pruned == 0 ? "all needed" : "\(pruned) pruned")"
        return "\(Diagram.shown(name)): target \(nodes[target].title), \(kept)"
    }
}
