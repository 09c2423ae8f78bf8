import BuildGraph

/// Decides which operation to look up or to execute next. Knows nothing of how that is done: ``Solver`` obeys its
/// actions and tells it what came of them.
///
/// Work is found from the result downwards: an operation is first looked up by its definition; only if that misses are
/// its inputs wanted. So nothing below a cached operation is touched.
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
        case waiting(missing: Set<OperationID>)
        case ready
        case executing
        case done
    }

    private var states: [State]
    private let inputs: [[OperationID]]
    private let result: OperationID
    private var ready: [OperationID] = []
    private var executing = 0
    private let limit: Int

    /// `limit` operations are executed at the same time at most.
    init(_ graph: BuildGraph, limit: Int) {
        states = Array(repeating: .unwanted, count: graph.operations.count)
        inputs = graph.operations.map(\.inputs)
        result = graph.result
        self.limit = max(1, limit)
    }

    init(inputs: [[OperationID]], result: OperationID, limit: Int) {
        states = Array(repeating: .unwanted, count: inputs.count)
        self.inputs = inputs
        self.result = result
        self.limit = max(1, limit)
    }

    var isComplete: Bool {
        if case .done = states[result.rawValue] { true } else { false }
    }

    mutating func start() -> [Action] { want(result) }

    /// An operation was looked up by its definition.
    mutating func probed(_ id: OperationID, isCached: Bool) -> [Action] {
        if isCached { return finished(id) }
        var actions: [Action] = []
        var missing: Set<OperationID> = []
        for input in inputs[id.rawValue] {
            if case .done = states[input.rawValue] { continue }
            missing.insert(input)
            actions += want(input)
        }
        if missing.isEmpty {
            states[id.rawValue] = .ready
            ready.append(id)
        } else {
            states[id.rawValue] = .waiting(missing: missing)
        }
        return actions + startReady()
    }

    /// An operation has its result.
    mutating func finished(_ id: OperationID) -> [Action] {
        if case .executing = states[id.rawValue] { executing -= 1 }
        states[id.rawValue] = .done
        for index in states.indices {
            guard case .waiting(var missing) = states[index], missing.remove(id) != nil else { continue }
            if missing.isEmpty {
                states[index] = .ready
                ready.append(OperationID(rawValue: index))
            } else {
                states[index] = .waiting(missing: missing)
            }
        }
        return startReady()
    }

    private mutating func want(_ id: OperationID) -> [Action] {
        guard case .unwanted = states[id.rawValue] else { return [] }
        states[id.rawValue] = .probing
        return [.probe(id)]
    }

    private mutating func startReady() -> [Action] {
        var actions: [Action] = []
        while executing < limit, !ready.isEmpty {
            let id = ready.removeFirst()
            states[id.rawValue] = .executing
            executing += 1
            actions.append(.execute(id))
        }
        return actions
    }
}
