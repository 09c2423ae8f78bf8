import Archive
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage
import Testing

struct LayerViewTests {
    let test: TestStore

    init() throws { test = try TestStore() }

    private func view(_ layers: [[(TarEntry, String)]]) async throws -> LayerView {
        var diffIDs: [Digest] = []
        for layer in layers { diffIDs.append(try await test.unpack(layer)) }
        return try LayerView(layers: diffIDs, store: test.layers)
    }

    static let image: [[(TarEntry, String)]] = [
        [
            Entry.directory("etc"), Entry.file("etc/passwd", "root:x:0:0::/root:/bin/sh\n"), Entry.directory("usr"),
            Entry.directory("usr/bin"), Entry.file("usr/bin/env", "old"), Entry.link("bin", to: "usr/bin"),
            Entry.directory("gone"), Entry.file("gone/f"), Entry.directory("opaque"), Entry.file("opaque/old"),
            Entry.directory("var"), Entry.link("var/run", to: "/run"), Entry.link("up", to: "../../../etc"),
            Entry.link("loop", to: "loop"), Entry.link("dangling", to: "/run/nothing/here"),
            Entry.directory("was-directory"), Entry.file("was-directory/f"), Entry.file("was-file"),
        ],
        [
            Entry.file(".wh.gone"), Entry.directory("opaque", mode: 0o700), Entry.file("opaque/.wh..wh..opq"),
            Entry.file("opaque/new"), Entry.directory("usr"), Entry.directory("usr/bin"),
            Entry.file("usr/bin/env", "new"),
            Entry.directory("run"), Entry.file("run/pid", "1"), Entry.file("was-directory", "file"),
            Entry.directory("was-file"), Entry.file("was-file/f"),
        ],
        [Entry.directory("usr"), Entry.directory("usr/bin"), Entry.file("usr/bin/-b"), Entry.file("usr/bin/a")],
    ]

    @Test(arguments: [
        ("/etc/passwd", "/etc/passwd"), ("etc/passwd", "/etc/passwd"), ("/bin/env", "/usr/bin/env"),
        ("/up/passwd", "/etc/passwd"), ("/../../etc/./passwd", "/etc/passwd"), ("/var/run/pid", "/run/pid"),
        ("/bin/../lib/../bin/env", "/usr/bin/env"), ("/gone", nil), ("/gone/f", nil), ("/opaque/old", nil),
        ("/opaque/new", "/opaque/new"), ("/dangling", nil), ("/etc/passwd/x", nil), ("/etc/passwd/..", "/etc"),
        ("/", "/"), ("", "/"), ("/..", "/"), ("/was-directory", "/was-directory"), ("/was-directory/f", nil),
        ("/was-file/f", "/was-file/f"), ("/.wh.gone", nil), ("/nothing/../etc", "/etc"),
    ])
    func `A path leads where it leads in the container`(path: String, expected: String?) async throws {
        let view = try await view(Self.image)
        #expect(try view.lookup(FilePath(path))?.path == expected.map { FilePath($0) })
    }

    @Test func `Links are followed last only when wanted, and not for ever`() async throws {
        let view = try await view(Self.image)
        let link = try #require(try view.lookup("/bin", followFinalSymlink: false))
        #expect(link.symlinkTarget == "usr/bin")
        #expect(link.status.kind == .symbolicLink)
        let error = #expect(throws: LayerStoreError.self) { try view.lookup("/loop") }
        #expect(error?.code == .symbolicLinkLoop)
        #expect(try view.lookup("/loop", followFinalSymlink: false)?.path == "/loop")
    }

    @Test func `A path is resolved beyond what exists`() async throws {
        let view = try await view(Self.image)
        let resolved = try view.resolve("/var/run/secrets/x/../y")
        #expect(resolved.path == "/run/secrets/y")
        #expect(resolved.node == nil)
        #expect(resolved.deepest.path == "/run")
        #expect(resolved.missing == ["secrets", "y"])
        #expect(try view.resolve("/dangling").path == "/run/nothing/here")
        #expect(try view.resolve("/dangling", followFinalSymlink: false).path == "/dangling")
    }

    @Test func `Directories are merged and sorted`() async throws {
        let view = try await view(Self.image)
        let bin = try #require(try view.lookup("/bin"))
        #expect(try view.children(of: bin).map(\.path) == ["/usr/bin/-b", "/usr/bin/a", "/usr/bin/env"])
        #expect(try view.readFile("/bin/env") == Array("new".utf8))
        #expect(
            try view.children(of: view.root).map(\.relativePath.string) == [
                "bin", "dangling", "etc", "loop", "opaque", "run", "up", "usr", "var", "was-directory", "was-file",
            ])
        #expect(try view.lookup("/opaque")?.status.mode == 0o700)
        #expect(try view.children(of: #require(try view.lookup("/opaque"))).map(\.path) == ["/opaque/new"])
        #expect(try view.readFile("/nothing") == nil)
        #expect(throws: LayerStoreError.self) { try view.readFile("/etc") }
        #expect(throws: FileSystemError.self) { try view.readFile("/etc/passwd", limit: 3) }
        var seen: [FilePath] = []
        try view.walk(below: try #require(try view.lookup("/usr"))) {
            seen.append($0.path)
            return .descend
        }
        #expect(seen == ["/usr/bin", "/usr/bin/-b", "/usr/bin/a", "/usr/bin/env"])
    }

    @Test func `The directories that lead to a path are given as they are`() async throws {
        let view = try await view(Self.image)
        func names(_ path: FilePath) throws -> [String] {
            try view.directoryEntries(leadingTo: view.resolve(path)).map(\.path.string)
        }
        #expect(try names("/bin/new/x") == ["usr", "usr/bin"])
        #expect(try names("/usr/bin/env") == ["usr", "usr/bin"])
        #expect(try names("/usr/bin") == ["usr"])
        #expect(try names("/etc/passwd/x") == ["etc"])
        #expect(try names("/x").isEmpty)
        #expect(try view.directoryEntries(leadingTo: view.resolve("/opaque/x")).map(\.mode) == [0o700])
    }

    @Test func `An empty stack is an empty root directory`() throws {
        let view = try LayerView(layers: [], store: test.layers)
        #expect((view.root.status.mode, view.root.status.uid, view.root.status.kind) == (0o755, 0, .directory))
        #expect(try view.children(of: view.root).isEmpty)
        #expect(try view.lookup("/etc/passwd") == nil)
        #expect(view.root.hostPath == nil)
        let resolved = try view.resolve("/a/b")
        #expect(resolved.missing == ["a", "b"])
        #expect(throws: LayerStoreError.self) { try LayerView(layers: [.sha256(of: "x")], store: test.layers) }
    }

    @Test func `An implied directory looks as it does in the layer that has it`() async throws {
        var shadow = Entry.directory("srv", mode: 0o1777)
        shadow.0.uid = 5
        let view = try await view([
            [shadow, Entry.directory("srv/a", mode: 0o700), Entry.file("srv/a/x")],
            [Entry.file("srv/a/y"), Entry.file("srv/own/z")],
        ])
        #expect(try view.lookup("/srv")?.status.mode == 0o1777)
        #expect(try view.lookup("/srv")?.status.uid == 5)
        #expect(try view.lookup("/srv/a")?.status.mode == 0o700)
        #expect(try view.lookup("/srv/own")?.status.mode == 0o755)
        #expect(try view.children(of: #require(try view.lookup("/srv/a"))).map(\.path) == ["/srv/a/x", "/srv/a/y"])
        let stubs = try view.stubs(for: [])
        #expect(stubs.entries.map(\.path.string) == ["", "srv", "srv/a", "srv/own"])
        #expect(stubs.entries.map(\.mode) == [0o755, 0o1777, 0o700, 0o755])
        #expect(stubs.entries[1].uid == 5)
    }

    @Test func `Mount points get stubs where they are missing`() async throws {
        let view = try await view(Self.image)
        let stubs = try view.stubs(for: [
            MountPoint(path: "/etc/resolv.conf", isDirectory: false), MountPoint(path: "/proc", isDirectory: true),
            MountPoint(path: "/var/run/secrets/x", isDirectory: false), MountPoint(path: "/etc", isDirectory: true),
            MountPoint(path: "/bin/tool", isDirectory: false), MountPoint(path: "/proc/inside", isDirectory: true),
        ])
        #expect(
            stubs.resolved == ["/etc/resolv.conf", "/proc", "/run/secrets/x", "/etc", "/usr/bin/tool", "/proc/inside"])
        #expect(
            stubs.entries.map(\.path.string) == [
                "", "proc", "run", "run/secrets", "run/secrets/x", "usr", "usr/bin", "usr/bin/tool",
            ])
        try stubs.write(to: test.directory.appending("stub"))
        let tree = try test.top.openDirectory("stub")
        #expect(try tree.status(at: "usr/bin").mtime == Entry.time)
        #expect(try tree.status(at: "run/secrets/x").size == 0)
        #expect(try view.stubs(for: [MountPoint(path: "/usr/bin", isDirectory: true)]).entries.isEmpty)
    }

    @Test(arguments: [
        ("/etc", false), ("/etc/passwd", true), ("/etc/passwd/x", true), ("/loop", true),
    ])
    func `A mount that cannot be is refused`(path: String, isDirectory: Bool) async throws {
        let view = try await view(Self.image)
        #expect(throws: LayerStoreError.self) {
            try view.stubs(for: [MountPoint(path: FilePath(path), isDirectory: isDirectory)])
        }
    }
}
