import FileSystem
import SystemPackage
import Testing

/// Owners that are noted beside the files, as where one id is all there is.
struct OwnerPlaceTests {
    let temporary: TemporaryDirectory
    let top: DirectoryHandle

    init() throws {
        temporary = try TemporaryDirectory()
        top = try DirectoryHandle(temporary.path, owners: .attribute)
    }

    /// As the kernel has it, without notes.
    private func inode(_ name: FileName) throws -> FileStatus {
        try DirectoryHandle(temporary.path, owners: .inode).status(of: name)
    }

    @Test func `What is noted is what a file has`() throws {
        let name = try writtenFile()
        let own = try inode(name)
        try top.setOwner(of: "f", uid: 33, gid: 34)
        try top.setMode(of: "f", to: 0o4711)
        let status = try top.status(of: "f")
        #expect((status.uid, status.gid, status.mode) == (33, 34, 0o4711))
        let now = try inode("f")
        #expect((now.uid, now.gid) == (own.uid, own.gid))
        // Readable for its owner, and no setuid bit that would count on this machine.
        #expect(now.mode == 0o711)
        // Whoever gives a file away takes its setuid bit.
        try top.setOwner(of: "f", uid: 1, gid: 1)
        #expect(try top.status(of: "f").mode == 0o711)
        // Nothing is noted of what the inode says as well.
        try top.setOwner(of: "f", uid: 0, gid: 0)
        #expect(try top.extendedAttributes(of: "f").get(OwnerRecord.attribute) == nil)
        #expect(try top.status(of: "f").uid == 0)
    }

    private func writtenFile() throws -> FileName {
        try top.createFile("f").close()
        return "f"
    }

    @Test func `Directories and open files have notes as well`() throws {
        try top.makeDirectory("d")
        let directory = try top.openDirectory("d")
        try directory.setOwner(uid: 5, gid: 6)
        try directory.setMode(0o2555)
        #expect(try directory.status().mode == 0o2555)
        #expect(try top.status(of: "d").gid == 6)
        #expect(try inode("d").mode == 0o755)
        let file = try directory.createFile("x")
        try file.setOwner(uid: 7, gid: 8, mode: 0o400, owners: directory.owners, path: "x")
        try file.close()
        let status = try directory.status(of: "x")
        #expect((status.uid, status.gid, status.mode) == (7, 8, 0o400))
    }

    @Test func `What can have no attribute belongs to root`() throws {
        try top.makeSymbolicLink("l", to: "x")
        try top.setOwner(of: "l", uid: 0, gid: 0)
        #expect(throws: FileSystemError.self) { try top.setOwner(of: "l", uid: 1, gid: 0) }
        #expect(try top.status(of: "l").uid == 0)
    }

    @Test(arguments: ["", "1", "1 2", "1 2 3 4", "-1 2 3", "1 2 8", "1 2 10000", "4294967296 0 0", "a b c", "1  2 3"])
    func `A damaged note is none`(value: String) throws {
        #expect(OwnerRecord(Array(value.utf8)) == nil)
        try top.createFile("f").close()
        try top.setMode(of: "f", to: 0o644)
        try top.extendedAttributes(of: "f").set(OwnerRecord.attribute, to: Array(value.utf8))
        #expect(try top.status(of: "f").mode == 0o644)
    }

    @Test(arguments: [(0, 0, 0o644), (33, 34, 0o7777), (4_294_967_295, 1, 0)] as [(UInt32, UInt32, UInt16)])
    func `A note says what it was made of`(uid: UInt32, gid: UInt32, mode: UInt16) {
        let record = OwnerRecord(uid: uid, gid: gid, mode: mode)
        #expect(OwnerRecord(record.value) == record)
    }
}
