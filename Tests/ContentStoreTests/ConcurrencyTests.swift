import ContentStore
import FileSystem
import Glibc
import OCI
import SystemPackage
import Testing

/// Several processes on one store: here as several stores, whose connections and locks are as separate as theirs.
struct ConcurrencyTests {
    @Test(.timeLimit(.minutes(10))) func storesOfOneRootDoNotDisturbEachOther() async throws {
        let scratch = try Scratch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let store = try scratch.store()
                    for number in 0..<25 {
                        // Half of the blobs are everybody's.
                        let text = number % 2 == 0 ? "shared \(number)" : "\(worker) \(number)"
                        let digest = try store.put(Array(text.utf8))
                        try store.put(CacheRecord(key: digest, payload: Array(text.utf8), blobs: [digest]))
                        #expect(try store.cacheRecord(for: digest)?.payload == Array(text.utf8))
                        if number % 10 == 0 { try store.collectGarbage() }
                        let lease = try store.lease()
                        try write("x", lease.temporaryPath())
                        #expect(store.contains(digest))
                    }
                    try store.close()
                }
            }
            try await group.waitForAll()
        }
        let store = try scratch.store()
        let records = try store.cacheRecords()
        #expect(records.count == 13 + 4 * 12)
        for record in records { #expect(try store.read(record.key) == record.payload) }
        #expect(try names(scratch.file("store/tmp")).isEmpty)
    }

    @Test(.timeLimit(.minutes(10))) func oneStoreServesManyTasks() async throws {
        let scratch = try Scratch()
        let store = try scratch.store()
        try await withThrowingTaskGroup(of: Digest.self) { group in
            for number in 0..<50 {
                group.addTask { try store.put(Array("\(number % 10)".utf8)) }
            }
            for try await digest in group { #expect(store.contains(digest)) }
        }
        #expect(try names(scratch.file("store/blobs/sha256")).count == 10)
    }

    static let childVariable = "SLIPWAY_CONTENT_TEST_CHILD"

    /// What the child of the next test does: it stores things until it is killed.
    @Test(.enabled(if: getenv(childVariable) != nil)) func childThatIsKilled() throws {
        let root = FilePath(String(cString: try #require(getenv(Self.childVariable))))
        let store = try ContentStore.open(root: root)
        for number in 0... {
            let text = "\(getpid()) \(number) " + String(repeating: "x", count: number % 7 * 50_000)
            let digest = try store.put(Array(text.utf8))
            try store.put(CacheRecord(key: digest, payload: Array(text.utf8.prefix(100)), blobs: [digest]))
            let image = try SampleImage.put([text], in: store)
            try store.putImage(image.descriptor, names: [ImageReference(parsing: "app:\(number % 3)")])
            if number % 5 == 4 { try store.collectGarbage() }
        }
    }

    @Test(.enabled(if: getenv(childVariable) == nil), .timeLimit(.minutes(10)))
    func aStoreSurvivesItsProcessesBeingKilled() throws {
        let scratch = try Scratch()
        let root = scratch.file("store")
        for round in 0..<8 {
            let children = try (0..<2).map { _ in try Self.spawn(root) }
            // Until both have begun; then at any moment of their work.
            var waited = 0
            while waited < 20_000, (try? names(root.appending("blobs/sha256")).count) ?? 0 < 3 + round * 2 {
                usleep(1000)
                waited += 1
            }
            usleep(UInt32.random(in: 0..<50_000))
            for child in children {
                kill(child, SIGKILL)
                var status: Int32 = 0
                waitpid(child, &status, 0)
                // It was really at work, and had not failed before.
                #expect(status & 0x7f == SIGKILL)
            }
            let store = try ContentStore.open(root: root)
            #expect(store.sweepFailures.isEmpty)
            #expect(try names(root.appending("tmp")).isEmpty)
            for record in try store.cacheRecords() { #expect(try store.read(record.key).starts(with: record.payload)) }
            for image in try store.images() {
                for blob in try store.blobs(of: image.descriptor) {
                    #expect(try store.read(blob.digest).count == blob.size)
                }
            }
            for name in try names(root.appending("blobs/sha256")) {
                _ = try store.read(Digest(algorithm: .sha256, hex: name))
            }
            #expect(
                try run(["sqlite3", root.appending("index.sqlite").string, "PRAGMA integrity_check"]) == "ok\n")
        }
        let store = try ContentStore.open(root: root)
        for image in try store.images() { try store.removeImages(withID: image.id) }
        try store.collectGarbage(GarbagePolicy(records: .none))
        #expect(try names(root.appending("blobs/sha256")).isEmpty)
    }

    /// Starts this very test program with only the child's test.
    private static func spawn(_ root: FilePath) throws -> pid_t {
        let program = "/proc/self/exe"
        let arguments = ["child", "--testing-library", "swift-testing", "--filter", "childThatIsKilled"]
        var environment = ["\(childVariable)=\(root)", "SWIFT_BACKTRACE=enable=no"]
        for name in ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "HOME"] {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var child: pid_t = 0
        try #require(posix_spawn(&child, program, &actions, nil, &argv, &envp) == 0)
        return child
    }
}
