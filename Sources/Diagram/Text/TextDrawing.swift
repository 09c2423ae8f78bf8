import BuildGraph

/// The stages as a forest: what a stage starts from stands above it, what is copied into it stands below its name.
///
///           golang:1.22 (image)
///      3-7  └─ build (3 steps)
///        5        COPY from build context: . → /src/
///
///           scratch (empty)
///     9-11  └─ stage-1 (1 step)  ◀ TARGET
///       10        COPY from build: /out/app → /app
struct TextDrawing {
    private let graph: StageGraph
    private let style: Diagram.TextStyle
    private let signs: Signs
    /// The stages that start from a node, by its position.
    private var children: [Int: [Int]] = [:]
    private var incoming: [Int: [StageGraph.Edge]] = [:]
    private let gutter: Int
    private(set) var lines: [(text: String, emphasis: Diagram.Emphasis)] = []

    /// What lines are made of.
    private struct Signs {
        var branch: String
        var last: String
        var down: String
        var blank: String
        var prunedBranch: String
        var prunedLast: String
        var arrow: String
        var target: String
        var ellipsis: String

        static let unicode = Signs(
            branch: "├─ ", last: "└─ ", down: "│  ", blank: "   ", prunedBranch: "├╌ ", prunedLast: "└╌ ", arrow: "→",
            target: "◀ TARGET", ellipsis: "…")
        static let ascii = Signs(
            branch: "|-- ", last: "`-- ", down: "|   ", blank: "    ", prunedBranch: "|.. ", prunedLast: "`.. ",
            arrow: "->", target: "<= TARGET", ellipsis: "...")
    }

    init(_ graph: StageGraph, style: Diagram.TextStyle) {
        self.graph = graph
        self.style = style
        signs = style.isUnicode ? .unicode : .ascii
        gutter = graph.stages.map { Self.lines(of: $0).count }.max() ?? 0
        var roots: [Int] = []
        for edge in graph.edges {
            if edge.kind == .from {
                children[edge.source, default: []].append(edge.destination)
                if graph.nodes[edge.source].stage == nil, !roots.contains(edge.source) { roots.append(edge.source) }
            } else {
                incoming[edge.destination, default: []].append(edge)
            }
        }
        add(inColumns(graph.summary, style.columns), .plain)
        for root in roots {
            add("", .plain)
            let node = graph.nodes[root]
            let text = "\(node.title) (\(node.subtitle))"
            addLine("", [], text, node.part == .pruned ? .pruned : .plain)
            addChildren(of: root, indentation: [])
        }
        add("", .plain)
        addParts()
    }

    /// The lines of a stage as the margin shows them.
    private static func lines(of node: StageGraph.Node) -> String {
        guard let lines = node.stage?.lines else { return "" }
        return lines.count == 1 ? "\(lines.lowerBound)" : "\(lines.lowerBound)-\(lines.upperBound)"
    }

    // MARK: - Trees

    /// A stage that is still to be written, with what stands before its name.
    private struct Pending {
        var stage: Int
        var indentation: [String]
        var isLast: Bool
    }

    /// Writes the trees below a node. Stages may start from each other in a chain as long as the file, so that this keeps
    /// its own stack.
    private mutating func addChildren(of root: Int, indentation: [String]) {
        var pending = self.pending(below: root, indentation)
        while let next = pending.popLast() {
            let node = graph.nodes[next.stage]
            let inner = deeper(next.indentation, next.isLast ? signs.blank : signs.down)
            let below = self.pending(below: next.stage, inner)
            addStage(node, next)
            for edge in incoming[next.stage] ?? [] {
                addTransfer(edge, inner + [below.isEmpty ? signs.blank : signs.down])
            }
            pending += below
        }
    }

    /// One level more, as far as half the width goes; below that, all levels stand at the same place.
    private func deeper(_ indentation: [String], _ sign: String) -> [String] {
        (indentation + [sign]).suffix(style.columns / 2 / signs.blank.count)
    }

    private func pending(below node: Int, _ indentation: [String]) -> [Pending] {
        let stages = children[node] ?? []
        return stages.enumerated().reversed().map { offset, stage in
            Pending(stage: stage, indentation: indentation, isLast: offset == stages.count - 1)
        }
    }

    private mutating func addStage(_ node: StageGraph.Node, _ place: Pending) {
        let isPruned = node.part == .pruned
        let (branch, last) =
            isPruned ? (signs.prunedBranch, signs.prunedLast) : (signs.branch, signs.last)
        // The margin has the lines already.
        var notes = node.subtitle.split(separator: ",").dropFirst().joined(separator: ",").dropFirst()
        if isPruned { notes += ", pruned" }
        let mark = node.part == .target ? "  \(signs.target)" : ""
        addLine(
            Self.lines(of: node), place.indentation + [place.isLast ? last : branch], "\(node.title) (\(notes))\(mark)",
            isPruned ? .pruned : node.part == .target ? .target : .plain)
    }

    private mutating func addTransfer(_ edge: StageGraph.Edge, _ indentation: [String]) {
        let room = style.columns - gutter - 2 - width(of: indentation)
        let name = inColumns(readable(graph.nodes[edge.source].title), max(16, room / 2))
        var text = "\(edge.keyword) from \(name)"
        let target = readable(Diagram.shown(edge.path ?? ""))
        if edge.paths.isEmpty {
            text += " \(signs.arrow) "
            text += inColumns(target, max(8, room - TextMetrics.columns(text)))
        } else {
            text += ": "
            let paths = readable(Diagram.shown(edge.paths.joined(separator: ", ")))
            let rest = max(20, room - TextMetrics.columns(text) - signs.arrow.count - 2)
            let short = Shortening.pair(paths, target, to: Double(rest), mark: signs.ellipsis) {
                Double(TextMetrics.columns($0))
            }
            text += "\(short.first) \(signs.arrow) \(short.second)"
        }
        addLine("\(edge.line)", indentation, text, edge.isNeeded ? .plain : .pruned)
    }

    // MARK: - Summary

    private mutating func addParts() {
        let titles: [(StageGraph.Part, String)] = [
            (.target, "target:      "), (.shipped, "built on:    "), (.leftBehind, "left behind: "),
            (.pruned, "pruned:      "),
        ]
        for (part, title) in titles {
            let names = graph.nodes.filter { $0.part == part }.map { readable($0.title) }
            guard !names.isEmpty else { continue }
            let emphasis: Diagram.Emphasis = part == .target ? .target : part == .pruned ? .pruned : .plain
            var line = title
            for (offset, name) in names.enumerated() {
                let item = inColumns(name, style.columns - title.count - 1) + (offset == names.count - 1 ? "" : ",")
                if line != title, TextMetrics.columns(line) + 1 + TextMetrics.columns(item) > style.columns {
                    add(line, emphasis)
                    line = String(repeating: " ", count: title.count)
                }
                line += line.hasSuffix(" ") ? item : " " + item
            }
            add(line, emphasis)
        }
    }

    // MARK: - Lines

    private func width(of indentation: [String]) -> Int { indentation.reduce(0) { $0 + $1.count } }

    private mutating func addLine(
        _ margin: String, _ indentation: [String], _ text: String, _ emphasis: Diagram.Emphasis
    ) {
        let padding = String(repeating: " ", count: max(0, gutter - margin.count))
        let start = padding + margin + "  " + indentation.joined()
        let room = max(20, style.columns - start.count)
        add(start + inColumns(readable(text), room), emphasis)
    }

    private mutating func add(_ text: String, _ emphasis: Diagram.Emphasis) { lines.append((text, emphasis)) }

    private func inColumns(_ text: String, _ columns: Int) -> String {
        Shortening.middle(text, to: Double(columns), mark: signs.ellipsis) { Double(TextMetrics.columns($0)) }
    }

    /// Text without what the terminal cannot show.
    private func readable(_ text: String) -> String {
        guard !style.isUnicode else { return text }
        return String(text.unicodeScalars.map { $0.isASCII ? Character($0) : "?" })
    }
}
