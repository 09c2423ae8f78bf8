import BuildGraph
import OCI

/// The graph as JSON, for programs: nodes and edges with everything that is known of them, nothing shortened.
struct JSONDrawing {
    private let graph: StageGraph

    init(_ graph: StageGraph) { self.graph = graph }

    var text: String {
        let value: JSONValue = [
            "dockerfile": .string(graph.name),
            "target": .integer(Int64(graph.target)),
            "nodes": .array(graph.nodes.enumerated().map { node($1, id: $0) }),
            "edges": .array(graph.edges.map(edge)),
        ]
        return String(decoding: value.encoded(indentation: 2), as: UTF8.self) + "\n"
    }

    private func node(_ node: StageGraph.Node, id: Int) -> JSONValue {
        var value: JSONValue = [
            "id": .integer(Int64(id)), "name": .string(node.name), "part": .string(node.part.rawValue),
        ]
        switch node.kind {
        case .stage(let stage):
            value["kind"] = "stage"
            value["index"] = .integer(Int64(stage.index))
            value["named"] = .bool(stage.isNamed)
            value["firstLine"] = .integer(Int64(stage.lines.lowerBound))
            value["lastLine"] = .integer(Int64(stage.lines.upperBound))
            value["steps"] = .integer(Int64(stage.steps))
            if let platform = stage.platform { value["platform"] = .string("\(platform)") }
            if stage.isReplaced { value["replaced"] = true }
        case .image:
            value["kind"] = "image"
            if let replacement = node.replacement { value["replacement"] = .string(replacement) }
        case .namedContext: value["kind"] = "named-context"
        case .buildContext: value["kind"] = "build-context"
        case .scratch: value["kind"] = "scratch"
        case .remoteFile: value["kind"] = "remote-file"
        case .repository: value["kind"] = "git"
        }
        return value
    }

    private func edge(_ edge: StageGraph.Edge) -> JSONValue {
        var value: JSONValue = [
            "from": .integer(Int64(edge.source)), "to": .integer(Int64(edge.destination)),
            "kind": .string(edge.kind.rawValue), "line": .integer(Int64(edge.line)), "needed": .bool(edge.isNeeded),
        ]
        if let path = edge.path {
            value["paths"] = .strings(edge.paths)
            value["path"] = .string(path)
        }
        return value
    }
}
