import Archive
import FileSystem
import SystemPackage
import Testing

@testable import LayerStore

/// Layers in which owners are noted beside the files.
struct OwnerTests {
    private static func entry(
        _ path: FilePath, _ kind: TarEntry.Kind, _ mode: UInt16, _ uid: UInt32, _ gid: UInt32
    ) -> (TarEntry, String) {
        (TarEntry(path: path, kind: kind, mode: mode, uid: uid, gid: gid, mtime: Entry.time), "")
    }

    @Test func `An archive comes out as it went in`() throws {
        let test = try TestStore()
        let archive = try TestStore.archive([
            Self.entry("device", .characterDevice(DeviceNumber(major: 1, minor: 3)), 0o666, 0, 6),
            Self.entry("directory", .directory, 0o2575, 0, 50),
            Self.entry("directory/closed", .directory, 0o000, 5, 5),
            Self.entry("directory/closed/link", .symlink("x"), 0o777, 1000, 1001),
            Self.entry("fifo", .fifo, 0o600, 7, 8), Self.entry("file", .file, 0o6755, 33, 34),
            Self.entry("link", .symlink("file"), 0o777, 9, 9), Self.entry("zero", .file, 0o000, 0, 0),
        ])
        try test.top.makeDirectory("tree")
        let root = try DirectoryHandle(test.directory.appending("tree"), owners: .attribute)
        let builder = try TreeBuilder(root: root)
        let reader = TarReader(MemorySource(archive))
        while let entry = try reader.next() { try builder.add(entry) { _ in } }
        _ = try builder.finish()
        let owners = try #require(SpecialOwners(encoded: builder.owners.encoded))
        let sink = MemorySink()
        let writer = TarWriter(to: sink)
        _ = try TreeArchiver(writer: writer, owners: owners).write(root)
        try writer.finish()
        #expect(sink.bytes == archive)
    }

    @Test(arguments: ["x", "1 2", "1 x p", "-1 0 p", "1 4294967296 p"])
    func `Damaged owners are refused`(text: String) {
        #expect(SpecialOwners(encoded: Array(text.utf8) + [0]) == nil)
    }

    @Test(arguments: ["x\n", "1 2\n", "1 2 3 4\n", "1 2 -3\n", "18446744073709551616 0 0\n"])
    func `A damaged log is refused`(text: String) { #expect(OwnerLog(Array(text.utf8)) == nil) }

    @Test func `A log follows a link to where it was renamed`() throws {
        let test = try TestStore()
        try test.top.makeSymbolicLink("old", to: "x")
        try test.top.makeSymbolicLink("roots", to: "x")
        let inode = try test.top.status(of: "old").inode
        let other = try test.top.status(of: "roots").inode
        try test.top.rename("old", to: "new", in: test.top)
        let text = "\(inode) 5 6\n\(other) 1 1\n\(inode) 7 8\n\(other) 0 0\n"
        let owners = try #require(OwnerLog(Array(text.utf8))).resolved(in: test.top)
        #expect(owners[Array("new".utf8)] == SpecialOwners.Owner(uid: 7, gid: 8))
        #expect(owners[Array("roots".utf8)] == nil)
    }
}
