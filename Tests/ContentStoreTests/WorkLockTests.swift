import ContentStore
import FileSystem
import OCI
import Synchronization
import SystemPackage
import Testing

@Suite struct WorkLockTests {
    private final class Counts: Sendable {
        let inside = Atomic(0)
        let taken = Atomic(0)
    }

    private let key = Digest.sha256(of: "work")

    @Test func oneHolderAtATime() throws {
        let scratch = try Scratch()
        let (first, second) = (try scratch.store(), try scratch.store())
        let lock = try #require(try first.workLock(for: key))
        #expect(try first.workLock(for: key) == nil)
        #expect(try second.workLock(for: key) == nil)
        #expect(try second.workLock(for: .sha256(of: "other")) != nil)
        lock.end()
        let next = try #require(try second.workLock(for: key))
        // To end twice takes nothing from who has it now.
        lock.end()
        #expect(try first.workLock(for: key) == nil)
        next.end()
        #expect(try names(first.root.appending("locks")) == [])
    }

    @Test func aDroppedLockIsFree() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        do {
            let lock = try #require(try store.workLock(for: key))
            withExtendedLifetime(lock) {}
        }
        #expect(try store.workLock(for: key) != nil)
    }

    /// Many contend for one key, and the file is removed each time: never are there two counts.inside.
    @Test func removalLetsNobodyInTwice() async throws {
        let scratch = try Scratch()
        let stores = try (0..<4).map { _ in try scratch.store() }
        let counts = Counts()
        let key = key
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores {
                group.addTask {
                    var mine = 0
                    while mine < 100 {
                        guard let lock = try store.workLock(for: key) else {
                            await Task.yield()
                            continue
                        }
                        #expect(counts.inside.add(1, ordering: .sequentiallyConsistent).newValue == 1)
                        counts.taken.add(1, ordering: .sequentiallyConsistent)
                        mine += 1
                        counts.inside.subtract(1, ordering: .sequentiallyConsistent)
                        lock.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.taken.load(ordering: .sequentiallyConsistent) == 400)
    }

    /// A file without a holder, as a killed process leaves it, is in nobody's way.
    @Test func leftoversAreFree() throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        try write("", store.root.appending("locks").appending(key.hex))
        let lock = try #require(try store.workLock(for: key))
        lock.end()
        #expect(try names(store.root.appending("locks")) == [])
    }
}
