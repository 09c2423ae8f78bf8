import Archive
import ContentStore
import FileSystem
import Glibc
import LayerStore
import OCI
import SystemPackage
import Testing

/// Cache mounts as archives: everything comes back, and nothing gets out.
struct DirectoryArchiveTests {
    let test: TestStore

    init() throws { test = try TestStore() }

    private func shell(_ script: String) throws {
        let status = system("cd '\(test.directory)' && { \(script); }")
        try #require(status == 0, "\(script)")
    }

    private func archive(_ name: String) throws -> [UInt8] {
        let sink = MemorySink()
        try DirectoryArchive.write(try DirectoryHandle(test.directory.appending(name)), to: sink)
        return sink.bytes
    }

    private func unpack(_ bytes: [UInt8], _ name: String) throws {
        try test.top.makeDirectory(try #require(FileName(name)))
        try DirectoryArchive.unpack(
            MemorySource(bytes), into: try DirectoryHandle(test.directory.appending(name)))
    }

    private static let tree = """
        umask 022; mkdir -p tree/dir/empty tree/.wh.dir; echo one >tree/dir/file; ln tree/dir/file tree/dir/link
        ln -s /etc/passwd tree/outside; ln -s missing tree/dangling; echo two >tree/.wh.name; echo x >tree/.wh.dir/f
        printf '' >tree/.wh..wh..opq; mkfifo tree/pipe; chmod 4711 tree/dir/file; chmod 1777 tree/dir/empty
        touch -d '2001-02-03 04:05:06.123456789' tree/dir/file; touch -h -d '1999-01-01 00:00:00.5' tree/outside
        touch -d '2002-02-02 02:02:02.000000002' tree/dir; chmod 750 tree; touch -d '2003-03-03 03:03:03.75' tree
        """

    @Test func everythingComesBack() throws {
        try shell(Self.tree)
        if geteuid() == 0 { try shell("chown -h 5:6 tree/outside tree/dir && touch -h -d @7.5 tree/outside") }
        let first = try archive("tree")
        #expect(try archive("tree") == first)
        try unpack(first, "copy")
        #expect(try archive("copy") == first)
        let list = "find . -printf '%p %y %m %U %G %T@ %l %n\\n' | sort"
        try shell("(cd tree && \(list)) >a && (cd copy && \(list)) >b && cmp a b && cmp tree/dir/file copy/dir/file")
        // GNU tar reads it as well.
        let file = try FileDescriptor.open(
            test.directory.appending("x.tar"), .writeOnly, options: .create, permissions: .ownerReadWrite)
        try file.writeAll(first)
        try file.close()
        try shell("mkdir by-tar && tar -xpf x.tar -C by-tar && (cd by-tar && \(list)) >c && cmp a c")
    }

    @Test(arguments: [
        ("parent", FilePath("../out"), TarEntry.Kind.file), ("deep parent", "a/../../out", .file),
        ("through a link", "link/out", .file), ("hard link outside", "x", .hardLink("../../etc/passwd")),
        ("hard link to nothing", "x", .hardLink("nothing")), ("file as root", "", .file),
    ])
    func hostileArchivesGetNowhere(name: String, path: FilePath, kind: TarEntry.Kind) throws {
        let time = Timestamp(seconds: 1_000_000_000)
        let link = TarEntry(path: "link", kind: .symlink("../.."), mode: 0o777, mtime: time)
        let bytes = try TestStore.archive([
            (link, ""), (TarEntry(path: path, kind: kind, mode: 0o644, mtime: time), "x"),
        ])
        // A link that leads out leads to the top of the directory instead, as in a container; all else is refused.
        if name == "through a link" {
            try unpack(bytes, "new")
            #expect(try DirectoryHandle(test.directory.appending("new")).statusIfExists(of: "out") != nil)
        } else {
            #expect(throws: LayerStoreError.self) { try unpack(bytes, "new") }
        }
        #expect(try test.top.statusIfExists(of: "out") == nil)
    }

    @Test func damagedArchivesAreRefusedAndChangeNothing() async throws {
        try shell("mkdir tree && head -c 100000 /dev/urandom >tree/file")
        let bytes = try archive("tree")
        let archive = CacheMountArchive("go", in: test.store)
        try await archive.read(from: MemorySource(bytes)) {}
        for damaged in [Array(bytes.prefix(50_000)), Array(bytes.prefix(300)), Array("no archive".utf8)] {
            await #expect(throws: ArchiveError.self) { try await archive.read(from: MemorySource(damaged)) {} }
        }
        let sink = MemorySink()
        try await archive.open {}.write(to: sink)
        #expect(sink.bytes == bytes)
        #expect(try archive.records().count == 1)
    }

    @Test func importsWaitForBuilds() async throws {
        try shell("mkdir tree && echo new >tree/file")
        let bytes = try archive("tree")
        let archive = CacheMountArchive("go", in: test.store)
        try await archive.read(from: MemorySource(bytes)) {}
        var build = try test.store.hold(try #require(archive.records().first), isExclusive: false)
        #expect(build != nil)
        var waits = 0
        try await archive.read(from: MemorySource(bytes)) {
            waits += 1
            build = nil
        }
        #expect(waits == 1)
    }

    @Test func whatIsNotThereCannotBeExported() async {
        await #expect(throws: StoreError.self) { _ = try await CacheMountArchive("no", in: test.store).open {} }
    }

    // MARK: Checks of layers

    @Test(arguments: ["none", "changed", "no files", "no record", "no layer"])
    func layersAreChecked(fault: String) async throws {
        let entry = TarEntry(path: "file", kind: .file, mode: 0o644, mtime: Timestamp(seconds: 1_000_000_000))
        let layer = try await test.layers.commit(
            entries: [LayerEntry(entry, source: .bytes([]))], epoch: nil, compression: nil, unpack: true)
        let path = test.store.layerPath(of: layer.diffID)
        switch fault {
        case "changed": try shell("echo more >'\(path)/fs/other'")
        case "no files": try shell("rm -r '\(path)/fs'")
        case "no record": try shell("echo nonsense >'\(path)/record'")
        case "no layer": try shell("mkdir '\(test.store.root)/layers/notes'")
        default: break
        }
        let expected: [String: [StoreProblem.Kind]] = ["none": [], "no layer": [.leftover]]
        let doctor = StoreDoctor(test.store)
        let report = try doctor.examine(isQuick: false, repairs: false)
        #expect(report.problems.map(\.kind) == expected[fault, default: [.layer]])
        #expect(report.isHealthy == ["none", "no layer"].contains(fault))
        let repair = try doctor.examine(isQuick: false, repairs: true)
        #expect(repair.isHealthy && repair.repaired.count == (fault == "no layer" ? 0 : report.problems.count))
        #expect(try doctor.examine(isQuick: false, repairs: false).isHealthy)
    }
}
