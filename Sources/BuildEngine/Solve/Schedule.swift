import BuildGraph

/// Decides which operation to look up or to execute next. Knows nothing of how that is done: ``Solver`` obeys its
/// actions and tells it what came of them.
///
/// Work is found from the result downwards: an operation is first looked up by its definition; only if that misses are
/// its inputs wanted. So nothing below a cached operation is touched. Of the operations that may be executed, the one
/// that the longest chain of others waits for comes first (``CriticalPath``).
struct Schedule {
    enum Action: Equatable {
        /// Look the operation up by its definition.
        case probe(OperationID)
        /// Its inputs are there: look it up by their content, or execute it.
        case execute(OperationID)
    }

    private enum State {
        case unwanted
        case probing
        /// Until as many of its inputs are there.
        case waiting(missing: Int)
        case ready
        case executing
        case done
    }

    private var states: [State]
    private let inputs: [[OperationID]]
    private let result: OperationID
    private let path: CriticalPath
    /// Who waits for an operation.
    private var waiting: [[OperationID]]
    private var ready: [OperationID] = []
    private var executing = 0
    /// How many are being looked up.
    private var probing = 0
    private let limit: Int

    /// `limit` operations are executed at the same time at most.
    init(_ graph: BuildGraph, limit: Int) {
        self.init(
            inputs: graph.operations.map(\.inputs), costs: graph.operations.map(CriticalPath.cost),
            result: graph.result,
            limit: limit)
    }

    /// - Parameter costs: how long each operation takes, in any unit; all the same without.
    init(inputs: [[OperationID]], costs: [Int]? = nil, result: OperationID, limit: Int) {
        states = Array(repeating: .unwanted, count: inputs.count)
        waiting = Array(repeating: [], count: inputs.count)
        self.inputs = inputs
        self.result = result
        self.limit = max(1, limit)
        path = CriticalPath(inputs: inputs, costs: costs ?? Array(repeating: 1, count: inputs.count))
    }

    var isComplete: Bool {
        if case .done = states[result.rawValue] { true } else { false }
    }

    mutating func start() -> [Action] { want(result) }

    /// An operation was looked up by its definition.
    mutating func probed(_ id: OperationID, isCached: Bool) -> [Action] {
        probing -= 1
        if isCached { return finished(id) }
        var actions: [Action] = []
        var missing = 0
        for input in inputs[id.rawValue] {
            if case .done = states[input.rawValue] { continue }
            missing += 1
            waiting[input.rawValue].append(id)
            actions += want(input)
        }
        if missing == 0 {
            makeReady(id)
        } else {
            states[id.rawValue] = .waiting(missing: missing)
        }
        return actions + startReady()
    }

    /// An operation has its result.
    mutating func finished(_ id: OperationID) -> [Action] {
        if case .executing = states[id.rawValue] { executing -= 1 }
        states[id.rawValue] = .done
        for user in waiting[id.rawValue] {
            guard case .waiting(let missing) = states[user.rawValue] else { continue }
            if missing == 1 {
                makeReady(user)
            } else {
                states[user.rawValue] = .waiting(missing: missing - 1)
            }
        }
        waiting[id.rawValue] = []
        return startReady()
    }

    private mutating func want(_ id: OperationID) -> [Action] {
        guard case .unwanted = states[id.rawValue] else { return [] }
        states[id.rawValue] = .probing
        probing += 1
        return [.probe(id)]
    }

    private mutating func makeReady(_ id: OperationID) {
        states[id.rawValue] = .ready
        ready.append(id)
    }

    private mutating func startReady() -> [Action] {
        // Where not all can start, the one to start may be among those that are still looked up, which takes no time.
        if probing > 0, ready.count > limit - executing { return [] }
        var actions: [Action] = []
        while executing < limit, let next = ready.indices.max(by: { path.isLess(ready[$0], ready[$1]) }) {
            let id = ready.remove(at: next)
            states[id.rawValue] = .executing
            executing += 1
            actions.append(.execute(id))
        }
        return actions
    }
}
