import BuildGraph
import Testing

@testable import BuildEngine

@Suite struct ScheduleTests {
    private func id(_ number: Int) -> OperationID { OperationID(rawValue: number) }

    /// 0 <- 1 <- 3, 0 <- 2 <- 3
    private func diamond(limit: Int = 8) -> Schedule {
        Schedule(inputs: [[], [id(0)], [id(0)], [id(1), id(2)]], result: id(3), limit: limit)
    }

    @Test func nothingBelowACachedOperationIsTouched() {
        var schedule = diamond()
        #expect(schedule.start() == [.probe(id(3))])
        #expect(schedule.probed(id(3), isCached: true) == [])
        #expect(schedule.isComplete)
    }

    @Test func independentOperationsRunAtTheSameTime() {
        var schedule = diamond()
        _ = schedule.start()
        #expect(schedule.probed(id(3), isCached: false) == [.probe(id(1)), .probe(id(2))])
        #expect(schedule.probed(id(1), isCached: false) == [.probe(id(0))])
        #expect(schedule.probed(id(2), isCached: false) == [])
        #expect(schedule.probed(id(0), isCached: true) == [.execute(id(1)), .execute(id(2))])
        #expect(schedule.finished(id(2)) == [])
        #expect(schedule.finished(id(1)) == [.execute(id(3))])
        #expect(!schedule.isComplete)
        #expect(schedule.finished(id(3)) == [])
        #expect(schedule.isComplete)
    }

    @Test func noMoreRunThanTheLimit() {
        var schedule = diamond(limit: 1)
        _ = schedule.start()
        _ = schedule.probed(id(3), isCached: false)
        _ = schedule.probed(id(1), isCached: false)
        _ = schedule.probed(id(2), isCached: false)
        #expect(schedule.probed(id(0), isCached: true) == [.execute(id(1))])
        #expect(schedule.finished(id(1)) == [.execute(id(2))])
    }

    @Test func aSharedInputIsLookedUpOnce() {
        var schedule = diamond()
        _ = schedule.start()
        _ = schedule.probed(id(3), isCached: false)
        let first = schedule.probed(id(1), isCached: false)
        let second = schedule.probed(id(2), isCached: false)
        #expect(first + second == [.probe(id(0))])
    }

    /// 0 <- 1 <- 6, 0 <- 2 <- 3 <- 4 <- 6, 0 <- 5 <- 6: the middle branch is the longest.
    private static let branches: [[Int]] = [[], [0], [0], [2], [3], [0], [1, 4, 5]]

    private func schedule(costs: [Int]? = nil, limit: Int) -> Schedule {
        Schedule(inputs: Self.branches.map { $0.map(id) }, costs: costs, result: id(6), limit: limit)
    }

    /// Carries out a schedule one operation after another, where nothing is cached; the order of execution.
    private func order(_ schedule: Schedule) -> [Int] {
        var schedule = schedule
        var pending = schedule.start()
        var order: [Int] = []
        while !pending.isEmpty {
            switch pending.removeFirst() {
            case .probe(let id): pending += schedule.probed(id, isCached: false)
            case .execute(let id):
                order.append(id.rawValue)
                pending += schedule.finished(id)
            }
        }
        #expect(schedule.isComplete)
        return order
    }

    @Test(
        arguments: [
            // Without costs, the chain of most operations; of equals the first.
            (nil, [0, 2, 3, 1, 4, 5, 6]),
            // One operation that outweighs three.
            ([0, 1, 1, 1, 1, 10, 1], [0, 5, 2, 3, 1, 4, 6]),
            ([0, 5, 1, 1, 1, 4, 1], [0, 1, 5, 2, 3, 4, 6]),
        ] as [([Int]?, [Int])])
    func theLongestChainGoesFirst(_ costs: [Int]?, _ expected: [Int]) {
        #expect(order(schedule(costs: costs, limit: 1)) == expected)
    }

    @Test func lengthsAreThoseOfTheLongestChain() {
        let path = CriticalPath(inputs: Self.branches.map { $0.map(id) }, costs: [3, 10, 2, 2, 2, 1, 1])
        #expect((0...6).map { path.length(id($0)) } == [14, 11, 7, 5, 3, 2, 1])
    }

    /// A graph of thousands of operations is no reason to wait: everything is linear in the number of edges.
    @Test func longChains() {
        let count = 5000
        let inputs = (0..<count).map { $0 == 0 ? [] : [id($0 - 1)] }
        #expect(order(Schedule(inputs: inputs, result: id(count - 1), limit: 4)) == Array(0..<count))
    }
}
