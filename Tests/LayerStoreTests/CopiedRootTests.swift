import Archive
import FileSystem
import LayerStore
import OCI
import SystemPackage
import Testing

/// What a step changed in a copy of an image's files, and what it only touched.
struct CopiedRootTests {
    private static let base: [(TarEntry, String)] = [
        Entry.directory("dev"), Entry.directory("empty"), Entry.directory("etc"), Entry.file("etc/hosts", "h\n"),
        Entry.file("etc/passwd", "p\n"), Entry.directory("gone"), Entry.file("gone/file", "x"),
        Entry.directory("replaced"), Entry.file("replaced/before", "x"), Entry.directory("same"),
        Entry.file("same/file", "x"), Entry.hardLink("same/second", to: "same/file"), Entry.link("link", to: "etc"),
    ]

    /// What a step does, and the entries of its layer.
    private static let changes: [(String, [String])] = [
        ("true", []),
        ("echo new >etc/new", ["etc", "etc/new"]),
        ("echo more >>etc/passwd", ["etc", "etc/passwd"]),
        ("rm -r gone", [".wh.gone"]),
        ("rm gone/file", ["gone", "gone/.wh.file"]),
        (
            "rm -r replaced && mkdir replaced && touch replaced/after",
            ["replaced", "replaced/.wh..wh..opq", "replaced/after"]
        ),
        ("rm -r empty && mkdir empty", ["empty", "empty/.wh..wh..opq"]),
        ("mv gone moved", [".wh.gone", "moved", "moved/file"]),
        ("rm link && mkdir link && touch link/x", ["link", "link/x"]),
        ("chmod 700 same", ["same"]),
        ("chmod 600 same/file", ["same", "same/file", "same/second"]),
        // Touched, but as it was.
        (": >>etc/passwd; touch empty/x && rm empty/x", []),
        ("cp -p etc/passwd etc/p && mv etc/p etc/passwd", []),
        // What is mounted is no part of the layer, nor what was made for a mount.
        ("echo x >etc/hosts; touch dev/null2; mkdir -p made/by; touch made/by/us", []),
        ("touch made/other", ["made", "made/other"]),
    ]

    @Test(arguments: changes)
    func `Changes become a layer`(script: String, expected: [String]) async throws {
        let test = try TestStore()
        let view = try LayerView(layers: [try await test.unpack(Self.base)], store: test.layers)
        let points = [
            MountPoint(path: "/dev", isDirectory: true), MountPoint(path: "/etc/hosts", isDirectory: false),
            MountPoint(path: "/made/by", isDirectory: true),
        ]
        let path = test.directory.appending("root")
        let root = try CopiedRoot(of: view, at: path, mountPoints: points, devices: false)
        try #require(shell("cd \(path) && { \(script); }") == 0)
        try test.top.makeDirectory("upper")
        let upper = test.directory.appending("upper")
        try root.moveChanges(to: upper)
        let layer = try await test.layers.commit(upperDirectory: upper, epoch: Entry.time, below: view)
        let entries = try await test.entries(layer.diffID)
        #expect(entries.map(\.path) == expected.map { FilePath($0) })
        for entry in entries where entry.kind == .directory { #expect(entry.mtime == Entry.time) }
    }

    /// A mark of a directory's own says whether it is the one that was there: inodes' numbers are given again.
    @Test func `A copy has everything that the layers have`() async throws {
        let test = try TestStore()
        let view = try LayerView(layers: [try await test.unpack(Self.base)], store: test.layers)
        _ = try CopiedRoot(of: view, at: test.directory.appending("root"), mountPoints: [], devices: false)
        let root = try test.top.openDirectory("root")
        #expect(try root.read("etc/passwd") == "p\n")
        #expect(try root.readLink("link") == "etc")
        let (first, second) = (try root.status(at: "same/file"), try root.status(at: "same/second"))
        #expect(first.inode == second.inode)
        #expect(try root.status(at: "etc").mtime == Entry.time)
    }
}
