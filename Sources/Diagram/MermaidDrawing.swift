import BuildGraph

/// The graph as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html), which GitHub and others draw.
struct MermaidDrawing {
    private let graph: StageGraph

    init(_ graph: StageGraph) { self.graph = graph }

    var text: String {
        var lines = ["flowchart LR"]
        lines.append("  accTitle: Stages of a Dockerfile")
        for (id, node) in graph.nodes.enumerated() {
            let shape = shape(node)
            let mark = node.part == .target ? "<br/>TARGET" : ""
            let label = "\(escaped(node.title))<br/>\(escaped(node.subtitle))\(mark)"
            lines.append("  n\(id)\(shape.opening)\"\(label)\"\(shape.closing):::\(className(node.part))")
        }
        var pruned: [Int] = []
        for (index, bundle) in graph.bundles.enumerated() {
            let label = bundle.edges.map { escaped("\($0.keyword) \($0.label())") }.joined(separator: "<br/>")
            let arrow: String
            switch bundle.kind {
            case .from: arrow = "==>|FROM|"
            case .copy, .add: arrow = "-->|\"\(label)\"|"
            case .mount: arrow = "-.->|\"\(label)\"|"
            }
            lines.append("  n\(bundle.source) \(arrow) n\(bundle.destination)")
            if !bundle.isNeeded { pruned.append(index) }
        }
        // No fill but for the target, so that the colours of a light and of a dark page stay readable.
        lines.append("  classDef target fill:#1a7f37,stroke:#1a7f37,color:#ffffff,stroke-width:3px")
        lines.append("  classDef shipped stroke:#1a7f37,stroke-width:2px")
        lines.append("  classDef behind stroke-width:1px")
        lines.append("  classDef pruned fill:none,stroke:#8c959f,color:#8c959f,stroke-dasharray:4 3")
        if !pruned.isEmpty {
            let list = pruned.map(String.init).joined(separator: ",")
            lines.append("  linkStyle \(list) stroke:#8c959f,stroke-dasharray:4 3")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func shape(_ node: StageGraph.Node) -> (opening: String, closing: String) {
        switch node.kind {
        case .stage: ("[", "]")
        case .image: ("[(", ")]")
        case .namedContext, .buildContext: ("[/", "/]")
        case .scratch, .remoteFile, .repository: ("([", "])")
        }
    }

    private func className(_ part: StageGraph.Part) -> String {
        switch part {
        case .target: "target"
        case .shipped: "shipped"
        case .leftBehind: "behind"
        case .pruned: "pruned"
        }
    }

    /// Text inside quotes. Mermaid reads entities there (`#quot;`), HTML and Markdown, so that only what means nothing in
    /// any of them stays as it is.
    private func escaped(_ text: String) -> String {
        // In a line with one of these words Mermaid takes what follows a colon for a style, and drops a semicolon of it.
        let plainColons = !["style", "classDef"].contains { text.contains($0) }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            let isPlain =
                scalar.value >= 0xA0 || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar) || " ./-,@+=".unicodeScalars.contains(scalar)
                || (scalar == ":" && plainColons)
            if isPlain { result.unicodeScalars.append(scalar) } else { result += "#\(scalar.value);" }
        }
    }
}
