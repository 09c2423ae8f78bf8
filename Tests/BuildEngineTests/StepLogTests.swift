import ContentStore
import FileSystem
import FoundationEssentials
import OCI
import Synchronization
import SystemPackage
import Testing

@testable import BuildEngine

/// Logs of steps: what is written is what is read, and what lies there instead hurts nobody.
@Suite struct StepLogTests {
    private static func withStore(_ body: (ContentStore) throws -> Void) throws {
        let path = FilePath("/tmp/slipway-logs-\(UInt64.random(in: 0 ... .max))")
        defer { try? removeTree(path) }
        let store = try ContentStore.open(root: path, access: .readWrite)
        try body(store)
        try store.close()
    }

    private static let step = StepDescription(
        id: StepID(rawValue: 7), digest: Digest.sha256(of: ""), name: "[build 2/3] RUN make", stage: "build",
        inputs: [],
        line: 4)

    private static func text(_ log: StepLog) throws -> String {
        var text = ""
        try log.read { entry in
            text += (entry.stream == .standardError ? "!" : "") + String(decoding: entry.bytes, as: UTF8.self)
        }
        return text
    }

    /// Pieces as a pipe gives them, each to one of the two streams.
    static let outputs: [[String]] = [
        [], ["one\n"], ["one"], ["one", "\n"], ["one\ntwo\n\nfour"], ["\n"], ["\n\n"], ["progress 1\rprogress 2\r\n"],
        ["!err\n", "out\n", "!partial", "out", "!\n"], [String(repeating: "x", count: 200_000) + "\ny"],
        ["2026-11-22T03:17:07Z end F {\"outcome\":\"done\"}\n"], ["\u{1b}[31mred\u{0}\n"],
    ]

    @Test(arguments: outputs) func comesBack(_ pieces: [String]) throws {
        try Self.withStore { store in
            let hold = try store.makeBuildDirectory(3)
            let log = BuildLog(begin: { hold }, warn: { Issue.record("\($0)") })
            log.executing(Self.step, at: Date(timeIntervalSince1970: 1_700_000_000.5))
            for (index, piece) in pieces.enumerated() {
                let stream: OutputStream = piece.hasPrefix("!") ? .standardError : .standardOutput
                let bytes = Array(piece.drop { $0 == "!" }.utf8)
                log.append(Self.step.id, stream, bytes, at: Date(timeIntervalSince1970: 1_700_000_001 + Double(index)))
            }
            var read = try #require(try StepLog.all(of: 3, in: store).first)
            #expect(read.ending == nil)
            log.finished(Self.step.id, .failed(message: "no\nluck"), at: Date(timeIntervalSince1970: 1_700_000_100))
            read = try #require(try StepLog.all(of: 3, in: store).first)
            #expect(read.name == Self.step.name && read.stage == "build" && read.line == 4 && read.number == 1)
            #expect(read.started == Timestamp(seconds: 1_700_000_000, nanoseconds: 500_000_000))
            #expect(
                read.ending
                    == StepLog.Ending(
                        outcome: .failed, message: "no\nluck", time: Timestamp(seconds: 1_700_000_100)))
            var bytes: [OutputStream: String] = [:]
            try read.read { bytes[$0.stream, default: ""] += String(decoding: $0.bytes, as: UTF8.self) }
            for stream in [OutputStream.standardOutput, .standardError] {
                let expected = pieces.filter { $0.hasPrefix("!") == (stream == .standardError) }
                    .map { String($0.drop { $0 == "!" }) }.joined()
                #expect(bytes[stream, default: ""] == expected)
            }
        }
    }

    /// Logs that were cut off or never were any.
    @Test(
        arguments: [
            ("", nil), ("garbage\n", nil), ("2026-11-22T03:17:07Z step F", nil),
            ("2026-11-22T03:17:07Z step F {\"name\":3}\n", nil), ("2026-11-22T03:17:07Z stdout F x\n", nil),
            ("2026-11-22T03:17:07Z step F {\"name\":\"RUN x\"}\n", ""),
            ("2026-11-22T03:17:07Z step F {\"name\":\"RUN x\"}\n2026-11-22T03:17:08Z stdout F a\n2026-11-22T03", "a\n"),
            (
                "2026-11-22T03:17:07Z step F {\"name\":\"RUN x\"}\nyesterday stdout F a\n2026-11-22T03:17:08Z stdout P b\n",
                "b"
            ),
            ("2026-11-22T03:17:07Z step F {\"name\":\"RUN x\"}\n2026-11-22T03:17:08Z stdout X a\n\n   \n", ""),
            ("2026-11-22T03:17:07Z step F {\"name\":\"RUN x\"}\n2026-11-22T03:17:08Z end F {\"outcome\":\"done\"}", ""),
            ("2026-11-22T03:17:07Z step F {\"name\":\"RUN x\"}\n2026-11-22T03:17:08Z end F [[[\n", ""),
        ] as [(String, String?)]) func damaged(text: String, expected: String?) throws
    {
        try Self.withStore { store in
            let hold = try store.makeBuildDirectory(3)
            try AtomicFile.write(Array(text.utf8), to: hold.path.appending("1.log"))
            let log = try StepLog.all(of: 3, in: store).first
            #expect(try log.map(Self.text) == expected)
            #expect(log?.ending == nil)
        }
    }

    /// A name as long as an instruction can be does not keep the log from being found.
    @Test func longName() throws {
        try Self.withStore { store in
            let hold = try store.makeBuildDirectory(3)
            let log = BuildLog(begin: { hold }, warn: { Issue.record("\($0)") })
            var step = Self.step
            step.name = String(repeating: "e\u{301}\n", count: 100_000)
            log.executing(step, at: Date())
            log.append(step.id, .standardOutput, Array("x\n".utf8), at: Date())
            log.finished(step.id, .failed(message: step.name), at: Date())
            let read = try #require(try StepLog.all(of: 3, in: store).first)
            #expect(read.name.hasSuffix("...") && read.ending?.message == read.name)
            #expect(try Self.text(read) == "x\n")
        }
    }

    @Test func endlessLine() throws {
        try Self.withStore { store in
            let hold = try store.makeBuildDirectory(3)
            let start = "2026-11-22T03:17:07Z step F {\"name\":\"RUN x\"}\n"
            try AtomicFile.write(
                Array(start.utf8) + [UInt8](repeating: 0x61, count: 3 << 20), to: hold.path.appending("1.log"))
            let log = try #require(try StepLog.all(of: 3, in: store).first)
            #expect(throws: FileSystemError.self) { try log.read { _ in } }
        }
    }

    /// A link in place of a log leads nowhere.
    @Test func link() throws {
        try Self.withStore { store in
            let hold = try store.makeBuildDirectory(3)
            try DirectoryHandle(hold.path).makeSymbolicLink("1.log", to: "/etc/passwd")
            #expect(throws: (any Error).self) { try StepLog.all(of: 3, in: store) }
        }
    }

    /// What cannot be written is said once, and costs nothing else.
    @Test func cannotBeWritten() throws {
        try Self.withStore { store in
            let hold = try store.makeBuildDirectory(3)
            try removeTree(hold.path)
            let count = Counter()
            let log = BuildLog(begin: { hold }, warn: { _ in count.add() })
            log.executing(Self.step, at: Date())
            log.append(Self.step.id, .standardOutput, [0x61], at: Date())
            log.finished(Self.step.id, .executed, at: Date())
            #expect(count.value == 1)
        }
    }

    // MARK: Directories of builds

    @Test func heldDirectoriesStay() throws {
        try Self.withStore { store in
            var holds: [BuildDirectoryHold] = []
            for build in 1...4 { holds.append(try store.makeBuildDirectory(Int64(build))) }
            #expect(try store.isBuildDirectoryHeld(2))
            #expect(try store.holdBuildDirectory(2) == nil)
            holds.remove(at: 0)
            holds.remove(at: 1)
            try store.removeBuildDirectories(through: 3)
            #expect(try store.buildDirectories() == [4, 2])
            holds = []
            #expect(try !store.isBuildDirectoryHeld(2))
            _ = try store.prune(PrunePolicy())
            #expect(try store.buildDirectories() == [])
        }
    }

    /// A state goes by itself, or with the logs of its build.
    @Test(arguments: [("build.state", [true, false]), ("build.log", [false, false]), ("regular", [true, true])])
    func pruning(kind: String, left: [Bool]) throws {
        try Self.withStore { store in
            do {
                let hold = try store.makeBuildDirectory(1)
                try DirectoryHandle(hold.path).makeDirectory("state")
                try AtomicFile.write([1, 2], to: store.buildStateDirectory(1).appending("file"))
                withExtendedLifetime(hold) {}
            }
            let items = try StoreInventory.take(of: store.root).items.filter { $0.build == 1 }
            #expect(Set(items.map(\.kind)) == [.buildLog, .buildState])
            #expect(items.allSatisfy { $0.isReclaimable && !$0.isInUse })
            var policy = PrunePolicy()
            policy.filter.kinds = [try #require(StoreItem.Kind(rawValue: kind))]
            _ = try store.prune(policy)
            let names = try DirectoryHandle(store.root.appending("builds")).entries().map(\.name.description)
            #expect(names.contains("1") == left[0])
            let parts = left[0] ? try DirectoryHandle(store.buildDirectory(1)).entries().map(\.name.description) : []
            #expect(parts.contains("state") == left[1])
        }
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
