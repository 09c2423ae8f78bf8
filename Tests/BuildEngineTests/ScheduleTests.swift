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
}
