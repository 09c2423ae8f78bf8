/// A table while its document is read: who defined it decides who may add to it.
///
/// An object, because headers come back to tables again and again: values would be copied each time.
final class TOMLTableNode {
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

    /// What a key stands for.
    enum Member {
        case value(TOMLValue)
        case table(TOMLTableNode)
        /// Tables that headers in double brackets made.
        case tables(List)
    }

    /// The tables of one name, at least one.
    final class List {
        var nodes: [TOMLTableNode]

        init(_ node: TOMLTableNode) { nodes = [node] }
    }

    /// Why a key cannot be defined.
    struct Conflict: Error {
        var key: String
    }

    private var members: [String: (member: Member, line: Int)] = [:]
    private var origin: Origin
    private var line: Int

    init(_ origin: Origin, line: Int) {
        self.origin = origin
        self.line = line
    }

    /// What was read.
    var table: TOMLTable {
        var table = TOMLTable(line: line)
        table.members = members.mapValues { member, line in
            let value: TOMLValue =
                switch member {
                case .value(let value): value
                case .table(let node): .table(node.table)
                case .tables(let list): .array(list.nodes.map { .table($0.table) })
                }
            return TOMLTable.Member(value: value, line: line)
        }
        return table
    }

    /// The table that a header in single or double brackets defines.
    func define(_ path: [String], isElement: Bool, line: Int) throws(Conflict) -> TOMLTableNode {
        var parent = self
        for key in path.dropLast() { parent = try parent.onTheWay(key, line: line) }
        guard let key = path.last else { return self }
        let node = TOMLTableNode(.header, line: line)
        switch (parent.members[key]?.member, isElement) {
        case (nil, false): parent.members[key] = (.table(node), line)
        case (nil, true): parent.members[key] = (.tables(List(node)), line)
        case (.tables(let list)?, true): list.nodes.append(node)
        case (.table(let implied)?, false) where implied.origin == .implied:
            (implied.origin, implied.line) = (.header, line)
            return implied
        default: throw Conflict(key: key)
        }
        return node
    }

    /// The table of a part of a header that is not its last.
    private func onTheWay(_ key: String, line: Int) throws(Conflict) -> TOMLTableNode {
        switch members[key]?.member {
        case nil:
            let node = TOMLTableNode(.implied, line: line)
            members[key] = (.table(node), line)
            return node
        case .table(let node)?: return node
        case .tables(let list)?:
            guard let last = list.nodes.last else { throw Conflict(key: key) }
            return last
        case .value?: throw Conflict(key: key)
        }
    }

    /// Sets the value of a key, dotted or not.
    func set(_ path: [String], to value: TOMLValue, line: Int) throws(Conflict) {
        var parent = self
        for key in path.dropLast() {
            switch parent.members[key]?.member {
            case nil:
                let node = TOMLTableNode(.dotted, line: line)
                parent.members[key] = (.table(node), line)
                parent = node
            case .table(let node)? where node.origin == .dotted: parent = node
            default: throw Conflict(key: key)
            }
        }
        guard let key = path.last else { return }
        guard parent.members[key] == nil else { throw Conflict(key: key) }
        parent.members[key] = (.value(value), line)
    }
}
