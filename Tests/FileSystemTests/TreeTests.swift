import FileSystem
import SystemPackage
import Testing

struct TreeTests {
    let temporary: TemporaryDirectory
    var top: DirectoryHandle { temporary.handle }

    init() throws { temporary = try TemporaryDirectory() }

    /// A chain of directories deeper than any path the kernel takes, with a file in each 50th.
    private func makeChain(_ depth: Int) throws {
        var current = top
        for level in 0..<depth {
            try current.makeDirectory("deep")
            current = try current.openDirectory("deep")
            if level % 50 == 0 { try current.write("x", to: "file") }
        }
    }

    private func walk() throws -> [String] {
        var seen: [String] = []
        try TreeWalk(top).run { entry in
            seen.append(entry.path.string + (entry.status.kind == .directory ? "/" : ""))
            return .descend
        }
        return seen
    }

    @Test func `A walk is sorted by bytes with the parent first`() throws {
        for name in ["a", "a-b", "b", "Z", "é"] as [FileName] { try top.makeDirectory(name) }
        for name in ["z", "a", "-"] as [FileName] { try top.openDirectory("a").write("", to: name) }
        try top.write("", to: "a.txt")
        try top.write("", to: "a0")
        let seen = try walk()
        #expect(seen == ["Z/", "a-b/", "a.txt", "a/", "a/-", "a/a", "a/z", "a0", "b/", "é/"])
        #expect(seen == seen.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test func `A scan finds what a walk finds`() throws {
        try makeChain(900)
        for name in ["a", "a-b", "b", "Z", "é"] as [FileName] {
            try top.makeDirectory(name)
            let directory = try top.openDirectory(name)
            for number in 0..<40 { try directory.write("", to: try #require(FileName("f\(number)"))) }
            try directory.makeSymbolicLink("link", to: "..")
            try directory.makeDirectory("inner")
            try directory.openDirectory("inner").write("x", to: "x")
        }
        try top.write("", to: "a.txt")
        var walked: [String] = []
        try TreeWalk(top).run { entry in
            walked.append("\(String(decoding: entry.pathBytes, as: UTF8.self)) \(entry.status)")
            return .descend
        }
        var scanned: [String] = []
        try TreeScan(top).run { entry in
            scanned.append("\(String(decoding: entry.pathBytes, as: UTF8.self)) \(entry.status)")
            #expect(entry.decision == .take)
        }
        #expect(scanned == walked)
    }

    @Test func `A scan takes, descends and skips as told`() throws {
        for name in ["a", "b", "c"] as [FileName] {
            try top.makeDirectory(name)
            try top.openDirectory(name).write("", to: "f")
        }
        var seen: [String] = []
        var scan = TreeScan(top)
        scan.decide = { path, _ in
            path == Array("b".utf8) ? .descend : path == Array("c".utf8) || path == Array("a/f".utf8) ? .skip : .take
        }
        try scan.run { seen.append("\(FilePath(bytes: $0.pathBytes)) \($0.decision)") }
        #expect(seen == ["a take", "b descend", "b/f take"])
    }

    @Test func `A scan does not go through a link that took a directory's place`() throws {
        for name in ["a", "b"] as [FileName] { try top.makeDirectory(name) }
        var scan = TreeScan(top)
        scan.decide = { [top] path, _ in
            if path == Array("b".utf8) {
                // Somebody else's doing, between the look and the opening.
                try? top.removeDirectory("b")
                try? top.makeSymbolicLink("b", to: "/etc")
            }
            return .take
        }
        #expect(throws: FileSystemError.self) { try scan.run { _ in } }
    }

    @Test func `A walk skips and leaves as told`() throws {
        for name in ["a", "b"] as [FileName] {
            try top.makeDirectory(name)
            try top.openDirectory(name).makeDirectory("inner")
        }
        var events: [String] = []
        try TreeWalk(top).run(
            visit: { entry in
                events.append("+\(entry.path)")
                return entry.name == "a" ? .skip : .descend
            }, leave: { events.append("-\($0.path)") })
        #expect(events == ["+a", "+b", "+b/inner", "-b/inner", "-b"])
    }

    @Test func `A tree deeper than the limit of descriptors and of paths is walked and removed`() throws {
        try makeChain(1500)
        var longest = 0
        var files = 0
        var left = 0
        try TreeWalk(top).run(
            visit: { entry in
                longest = max(longest, entry.pathBytes.count)
                if entry.status.kind == .regular { files += 1 }
                return .descend
            }, leave: { _ in left += 1 })
        #expect(longest == 1500 * 5 - 1)
        #expect(files == 30)
        #expect(left == 1500)
        try top.removeContents()
        #expect(try top.isEmpty())
    }

    @Test func `Removing follows no link and minds no mode`() throws {
        let outside = try TemporaryDirectory()
        try outside.handle.write("kept", to: "file")
        try top.makeDirectory("tree")
        let tree = try top.openDirectory("tree")
        try tree.makeSymbolicLink("out", to: outside.path)
        try tree.makeDirectory("closed")
        try tree.openDirectory("closed").write("", to: "f")
        try tree.setMode(of: "closed", to: 0)
        try tree.makeNode("fifo", kind: .fifo)
        try removeTree(temporary.path.appending("tree"))
        #expect(try top.isEmpty())
        #expect(try outside.handle.read("file") == "kept")
        try removeTree(temporary.path.appending("tree"))
        try removeTree("/nowhere/at/all")
        try top.makeSymbolicLink("link", to: outside.path)
        try removeTree(temporary.path.appending("link"))
        #expect(try outside.handle.read("file") == "kept")
        #expect(throws: FileSystemError.self) { try removeTree("/") }
    }

    @Test func `An atomic write replaces the file and leaves nothing beside it`() throws {
        try AtomicFile.write(Array("one".utf8), to: "f", in: top)
        try AtomicFile.write(Array("two".utf8), to: temporary.path.appending("f"), mode: 0o640)
        #expect(try top.read("f") == "two")
        #expect(try top.status(of: "f").mode == 0o640)
        #expect(try top.entries().count == 1)
        try top.makeDirectory("d")
        #expect(throws: FileSystemError.self) { try AtomicFile.write([1], to: "d", in: top) }
        #expect(try top.entries().count == 2)
        #expect(throws: FileSystemError.self) { try AtomicFile.write([1], to: "/") }
    }

    @Test(arguments: [0, 1, 100_000, 3_000_000])
    func `A copy has the same bytes, up to the size that was asked for`(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try AtomicFile.write(bytes, to: "from", in: top)
        for (asked, expected) in [(size, size), (size + 10, size), (size / 2, size / 2)] {
            let (from, to) = (try top.openFile("from"), try top.createFile("to"))
            let copied = try FileCopy.contents(
                of: from, to: to, size: UInt64(asked), sourcePath: "from", destinationPath: "to")
            try from.close()
            try to.close()
            #expect(copied == UInt64(expected))
            #expect(try top.withFile("to") { try $0.readAll(limit: 1 << 23, path: "to") } == Array(bytes[..<expected]))
            try top.removeFile("to")
        }
    }

    @Test func `A file of a special file system is copied by reading`() throws {
        let from = try DirectoryHandle("/proc/self").openFile("status")
        let to = try top.createFile("to")
        #expect(try FileCopy.contents(of: from, to: to, size: 10, sourcePath: "status", destinationPath: "to") == 10)
        try from.close()
        try to.close()
        #expect(try top.status(of: "to").size == 10)
    }

    @Test func `A lock is held once and let go with its owner`() throws {
        let path = temporary.path.appending("lock")
        var first: FileLock? = try FileLock(waitingFor: path)
        #expect(first != nil)
        #expect(try FileLock.tryLock(path) == nil)
        first = nil
        #expect(try FileLock.tryLock(path) != nil)
    }

    /// As when the launcher of a killed process tidies up and the next process does so as well.
    @Test func `A tree may be removed by several at once`() async throws {
        for _ in 0..<5 {
            try makeChain(150)
            for number in 0..<200 {
                guard let name = FileName("directory-\(number)") else { continue }
                try top.makeDirectory(name)
                for file in ["a", "b", "c"] as [FileName] { try top.openDirectory(name).write("", to: file) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                let path = temporary.path
                for _ in 0..<4 { group.addTask { try DirectoryHandle(path).removeContents() } }
                try await group.waitForAll()
            }
            #expect(try top.isEmpty())
        }
    }
}
