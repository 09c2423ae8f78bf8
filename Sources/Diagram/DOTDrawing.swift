import BuildGraph

/// The graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html), without HTML labels.
struct DOTDrawing {
    private let graph: StageGraph

    init(_ graph: StageGraph) { self.graph = graph }

    var text: String {
        var lines = ["digraph stages {"]
        lines.append("  label=\(quoted([graph.summary])); labelloc=t; rankdir=LR;")
        lines.append("  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=Helvetica, fontsize=11];")
        lines.append("  edge [fontname=Helvetica, fontsize=9];")
        for (id, node) in graph.nodes.enumerated() {
            lines.append("  n\(id) [label=\(quoted([node.title, node.subtitle]))\(style(node))];")
        }
        for bundle in graph.bundles {
            let labels = bundle.kind == .from ? [] : bundle.edges.map { "\($0.keyword) \($0.label())" }
            let label = labels.isEmpty ? "" : "label=\(quoted(labels)), "
            lines.append("  n\(bundle.source) -> n\(bundle.destination) [\(label)\(style(bundle))];")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private func style(_ node: StageGraph.Node) -> String {
        let shape: String
        switch node.kind {
        case .stage: shape = ""
        case .image: shape = ", shape=cylinder"
        case .namedContext, .buildContext: shape = ", shape=folder"
        case .scratch, .remoteFile, .repository: shape = ", shape=oval"
        }
        switch node.part {
        case .target: return shape + ", penwidth=3, color=\"#1a7f37\", fillcolor=\"#dafbe1\", xlabel=\"target\""
        case .shipped: return shape + ", color=\"#1a7f37\""
        case .leftBehind: return shape
        case .pruned:
            return shape + ", style=\"rounded,dashed\", color=\"#8c959f\", fontcolor=\"#8c959f\""
        }
    }

    private func style(_ bundle: StageGraph.Bundle) -> String {
        let style: String
        switch bundle.kind {
        case .from: style = "penwidth=2, color=\"#57606a\""
        case .copy, .add: style = "color=\"#0969da\", fontcolor=\"#0969da\""
        case .mount: style = "style=dotted, color=\"#8250df\", fontcolor=\"#8250df\""
        }
        return bundle.isNeeded ? style : "style=dashed, color=\"#8c959f\", fontcolor=\"#8c959f\""
    }

    /// Lines as a quoted string. Only the quote and the backslash mean something in one; a backslash would begin an escape
    /// of labels (`\N`, `\G`, `\l`), so it is doubled.
    private func quoted(_ lines: [String]) -> String {
        let escaped = lines.map { line in
            line.unicodeScalars.reduce(into: "") { text, scalar in
                if scalar == "\"" || scalar == "\\" { text += "\\" }
                text.unicodeScalars.append(scalar)
            }
        }
        return "\"" + escaped.joined(separator: "\\n") + "\""
    }
}
