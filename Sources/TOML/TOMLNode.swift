/// A table while its document is read: who defined it decides who may add to it.
struct TOMLTableNode {
    enum Origin {
        /// Named only on the way to another table: `[a.b]` makes `a`.
        case implied
        /// By a header of its own.
        case header
        /// By a dotted key: `a.b = 1` makes `a`.
        case dotted
        /// In braces: complete.
        case inline
    }

    var members: [String: (node: TOMLNode, line: Int)] = [:]
    var origin: Origin
    var line: Int

    /// What was read.
    var table: TOMLTable {
        var table = TOMLTable(line: line)
        table.members = members.mapValues { TOMLTable.Member(value: $0.node.value, line: $0.line) }
        return table
    }
}

/// A value while its document is read.
indirect enum TOMLNode {
    case value(TOMLValue)
    case table(TOMLTableNode)
    /// Tables that headers in double brackets made.
    case tables([TOMLTableNode])

    var value: TOMLValue {
        switch self {
        case .value(let value): value
        case .table(let node): .table(node.table)
        case .tables(let nodes): .array(nodes.map { .table($0.table) })
        }
    }
}

extension TOMLTableNode {
    /// Why a key cannot be defined.
    struct Conflict: Error {
        var key: String
    }

    /// The ways to reach a table.
    private enum Step {
        case header
        case dotted
    }

    /// Defines what a header in single or double brackets names, and does `body` with it.
    mutating func define<Result>(
        _ path: ArraySlice<String>, isElement: Bool, line: Int, _ body: (inout TOMLTableNode) throws -> Result
    ) throws -> Result {
        guard let key = path.first else { return try body(&self) }
        let rest = path.dropFirst()
        guard rest.isEmpty else {
            return try descend(into: key, by: .header, line: line) {
                try $0.define(rest, isElement: isElement, line: line, body)
            }
        }
        switch (members.removeValue(forKey: key)?.node, isElement) {
        case (nil, false):
            var node = TOMLTableNode(origin: .header, line: line)
            defer { members[key] = (.table(node), line) }
            return try body(&node)
        case (.table(var node)?, false) where node.origin == .implied:
            (node.origin, node.line) = (.header, line)
            defer { members[key] = (.table(node), line) }
            return try body(&node)
        case (nil, true):
            var node = TOMLTableNode(origin: .header, line: line)
            defer { members[key] = (.tables([node]), line) }
            return try body(&node)
        case (.tables(var nodes)?, true):
            var node = TOMLTableNode(origin: .header, line: line)
            defer {
                nodes.append(node)
                members[key] = (.tables(nodes), nodes[0].line)
            }
            return try body(&node)
        default: throw Conflict(key: key)
        }
    }

    /// Sets the value of a key, dotted or not.
    mutating func set(_ path: ArraySlice<String>, to value: TOMLValue, line: Int) throws {
        guard let key = path.first else { return }
        let rest = path.dropFirst()
        if rest.isEmpty {
            guard members[key] == nil else { throw Conflict(key: key) }
            members[key] = (.value(value), line)
        } else {
            try descend(into: key, by: .dotted, line: line) { try $0.set(rest, to: value, line: line) }
        }
    }

    /// Does `body` with the table of a key, which is made where there is none.
    private mutating func descend<Result>(
        into key: String, by step: Step, line: Int, _ body: (inout TOMLTableNode) throws -> Result
    ) throws -> Result {
        // Taken out, so that it is changed in place and not copied.
        let previous = members.removeValue(forKey: key)
        switch (previous?.node, step) {
        case (nil, _):
            var node = TOMLTableNode(origin: step == .header ? .implied : .dotted, line: line)
            defer { members[key] = (.table(node), line) }
            return try body(&node)
        case (.table(var node)?, .header) where node.origin != .inline:
            defer { members[key] = (.table(node), previous?.line ?? line) }
            return try body(&node)
        case (.table(var node)?, .dotted) where node.origin == .dotted:
            defer { members[key] = (.table(node), previous?.line ?? line) }
            return try body(&node)
        case (.tables(var nodes)?, .header):
            var node = nodes.removeLast()
            defer {
                nodes.append(node)
                members[key] = (.tables(nodes), previous?.line ?? line)
            }
            return try body(&node)
        default: throw Conflict(key: key)
        }
    }
}
