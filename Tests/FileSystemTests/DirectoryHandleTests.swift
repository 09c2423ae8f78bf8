import FileSystem
import SystemPackage
import Testing

struct DirectoryHandleTests {
    let temporary: TemporaryDirectory
    var top: DirectoryHandle { temporary.handle }

    init() throws { temporary = try TemporaryDirectory() }

    @Test func `A missing file's error reads like the shell's`() throws {
        let error = #expect(throws: FileSystemError.self) { try top.openFile("x") }
        #expect(error?.description == "cannot open \(temporary.path)/x: No such file or directory")
        #expect(error?.isNotFound == true)
        #expect(try top.statusIfExists(of: "x") == nil)
    }

    @Test func `A symbolic link is neither opened nor descended into`() throws {
        try top.makeSymbolicLink("file", to: "/etc/passwd")
        try top.makeSymbolicLink("directory", to: "/etc")
        #expect(throws: FileSystemError.self) { try top.openFile("file") }
        #expect(throws: FileSystemError.self) { try top.openDirectory("directory") }
        #expect(throws: FileSystemError.self) { try top.makeOrOpenDirectory("directory") }
        #expect(throws: FileSystemError.self) { try top.createFile("file") }
        #expect(throws: FileSystemError.self) { try top.setMode(of: "file", to: 0o600) }
        #expect(try top.status(of: "file").kind == .symbolicLink)
        #expect(try top.readLink("file") == "/etc/passwd")
    }

    @Test func `Status tells everything that a tree carries`() throws {
        try top.write("hello", to: "f")
        try top.setOwner(of: "f", uid: 12, gid: 34)
        try top.setMode(of: "f", to: 0o4751)
        try top.setTimes(of: "f", to: Timestamp(seconds: -5, nanoseconds: 7))
        try top.makeHardLink("g", to: "f", in: top)
        let status = try top.status(of: "g")
        #expect(status.kind == .regular)
        #expect(status.mode == 0o4751)
        #expect((status.uid, status.gid) == (12, 34))
        #expect(status.size == 5)
        #expect(status.mtime == Timestamp(seconds: -5, nanoseconds: 7))
        #expect(status.linkCount == 2)
        #expect(try status.inode == top.status(of: "f").inode)
    }

    @Test func `Special files are made and told apart`() throws {
        try top.makeNode("fifo", kind: .fifo)
        try top.makeNode("gone", kind: .characterDevice)
        try top.makeNode("socket", kind: .socket)
        try top.makeDirectory("directory")
        let kinds = Dictionary(uniqueKeysWithValues: try top.entries().map { ($0.name, $0.kind) })
        #expect(kinds == ["fifo": .fifo, "gone": .characterDevice, "socket": .socket, "directory": .directory])
        #expect(try top.status(of: "gone").isWhiteout)
        // Opening a fifo that nobody writes to must not wait.
        try top.openFile("fifo").close()
    }

    /// Only root of the whole machine may make these.
    static let canMakeDevices: Bool = {
        guard let temporary = try? TemporaryDirectory() else { return false }
        return (try? temporary.handle.makeNode("null", kind: .characterDevice, device: .init(major: 1, minor: 3)))
            != nil
    }()

    @Test(.enabled(if: canMakeDevices))
    func `Device nodes keep their numbers`() throws {
        try top.makeNode("null", kind: .characterDevice, device: DeviceNumber(major: 1, minor: 3))
        try top.makeNode("disk", kind: .blockDevice, device: DeviceNumber(major: 259, minor: 70000))
        #expect(try top.status(of: "null").specialDevice == DeviceNumber(major: 1, minor: 3))
        #expect(try top.status(of: "disk").specialDevice == DeviceNumber(major: 259, minor: 70000))
        #expect(try top.status(of: "disk").kind == .blockDevice)
        #expect(try !top.status(of: "null").isWhiteout)
    }

    @Test func `Listing does not depend on where another listing stands`() throws {
        for number in 0..<3000 { try top.write("", to: try #require(FileName("a-rather-long-name-\(number)"))) }
        #expect(try top.entries().count == 3000)
        #expect(try top.entries().count == 3000)
        #expect(try top.sortedEntries().map(\.name) == top.entries().map(\.name).sorted())
        #expect(try !top.isEmpty())
    }

    @Test func `Renames replace, refuse or exchange`() throws {
        try top.write("a", to: "a")
        try top.write("b", to: "b")
        #expect(throws: FileSystemError.self) { try top.rename("a", to: "b", in: top, existing: .refuse) }
        try top.rename("a", to: "b", in: top, existing: .exchange)
        #expect(try top.read("a") == "b")
        try top.rename("a", to: "b", in: top)
        #expect(try top.read("b") == "b")
        #expect(try top.entries().count == 1)
    }

    @Test(arguments: ["", "v", String(repeating: "long", count: 200)])
    func `Extended attributes come back as they were set`(value: String) throws {
        try top.write("", to: "f")
        let attributes = top.extendedAttributes(of: "f")
        #expect(try attributes.names().isEmpty)
        #expect(try attributes.get("user.x") == nil)
        try attributes.set("user.x", to: Array(value.utf8))
        try attributes.set("user.a", to: [0, 255])
        #expect(
            try attributes.all() == [
                ExtendedAttribute(name: "user.a", value: [0, 255]),
                ExtendedAttribute(name: "user.x", value: Array(value.utf8)),
            ])
        #expect(try top.withFile("f") { try ExtendedAttributes(of: $0, path: "f").get("user.x") } == Array(value.utf8))
        try attributes.remove("user.x")
        try attributes.remove("user.x")
        #expect(try attributes.names() == ["user.a"])
        try top.extendedAttributes.set("user.overlay.opaque", to: [UInt8(ascii: "y")])
        #expect(try DirectoryHandle(temporary.path).extendedAttributes.get("user.overlay.opaque") == [0x79])
    }

    @Test func `Many long attributes outgrow the first buffer`() throws {
        try top.write("", to: "f")
        let attributes = top.extendedAttributes(of: "f")
        let names = (10..<40).map { "user.a-name-of-some-length-\($0)" }
        for name in names { try attributes.set(name, to: [1]) }
        #expect(try attributes.names().sorted() == names)
    }

    @Test(arguments: ["/etc/hosts", "../../etc/hosts", "link/hosts", "up/etc/hosts", "etc/../../../etc/hosts"])
    func `Resolving in a root stays inside`(path: String) throws {
        try top.makeDirectory("etc")
        try top.openDirectory("etc").write("inside", to: "hosts")
        try top.makeSymbolicLink("link", to: "/etc")
        try top.makeSymbolicLink("up", to: "../../../..")
        let file = try top.openFileInRoot(FilePath(path))
        defer { file.closeAfterReading() }
        #expect(try file.readAll(limit: 100, path: "hosts") == Array("inside".utf8))
    }

    @Test func `Reading more than the limit fails`() throws {
        try top.write("12345", to: "f")
        #expect(throws: FileSystemError.self) { try top.withFile("f") { try $0.readAll(limit: 4, path: "f") } }
    }
}
