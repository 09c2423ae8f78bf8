import Archive
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage
import Testing

/// The kernel's overlayfs as the judge: what it shows of unpacked layers, and what it leaves in an upperdir.
struct OverlayTests {
    let test: TestStore

    init() throws { test = try TestStore() }

    /// Runs `script` in an overlay mount of these layers, in a mount namespace of its own; false when that fails.
    private func run(_ script: String, on layers: [Digest]) throws -> Bool {
        for name in ["upper", "work", "merged"] as [FileName] { try test.top.makeDirectory(name) }
        let lower = layers.reversed().map { test.layers.directory(of: $0).string }.joined(separator: ":")
        try test.top.write(script, to: "script")
        let path = test.directory
        return shell(
            "cd \(path) && unshare -m sh -ec 'mount -t overlay overlay -o userxattr,lowerdir=\(lower),upperdir=upper,"
                + "workdir=work merged && cd merged && sh -e ../script'") == 0
    }

    private static let listing =
        "find . -mindepth 1 -printf '%P %y %m %U:%G %s %T@ %l\\n' | sed 's/ d \\([0-9]* [0-9:]*\\) [0-9]* / d \\1 /' | LC_ALL=C sort"

    @Test func `A view shows what an overlay mount shows`() async throws {
        var layers: [Digest] = []
        for layer in LayerViewTests.image { layers.append(try await test.unpack(layer)) }
        try #require(try run("find . -mindepth 1 -printf '/%P %m %T@\\n' | LC_ALL=C sort > ../list", on: layers))
        let view = try LayerView(layers: layers, store: test.layers)
        var lines: [String] = []
        try view.walk(below: view.root) { node in
            let status = node.status
            lines.append("\(node.path) \(String(status.mode, radix: 8)) \(status.mtime.seconds).0000000000")
            return .descend
        }
        lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try test.top.read("list").split(separator: "\n").map(String.init) == lines)
    }

    @Test func `A step's layer, unpacked from its blob, gives the file system that the step left`() async throws {
        let base = try await test.unpack([
            Entry.directory("d"), Entry.file("d/a", "a"), Entry.file("d/b", "b"), Entry.hardLink("d/c", to: "d/b"),
            Entry.directory("removed"), Entry.file("removed/x"), Entry.directory("renewed"), Entry.file("renewed/old"),
            Entry.file("moved", "m"), Entry.file("to-directory"), Entry.directory("to-file"), Entry.file("to-file/x"),
            Entry.directory("renamed"), Entry.file("renamed/inner", "i"), Entry.file("suid", "s", mode: 0o755),
        ])
        let script = """
            echo changed >> d/a; echo both > d/b; rm -r removed renewed; mkdir renewed; echo n > renewed/new
            mv moved d/moved; rm to-directory; mkdir to-directory; rm -r to-file; echo f > to-file
            cp -a renamed renamed2; rm -r renamed; chmod 4755 suid; chown 3:4 suid; ln suid suid2; ln -s /x link; mkfifo p
            mkdir -p new/deep/er; chmod 1777 new; setfattr -n user.note -v hello new/deep; : > empty
            touch -d @1000000000 d/a; touch -d @1000000000 renewed
            python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")' || true; rm -f sock
            \(Self.listing) > ../after
            """
        try #require(try run(script, on: [base]))
        let upper = test.directory.appending("upper")
        let view = try LayerView(layers: [base], store: test.layers)
        let epoch = Timestamp(seconds: 4_000_000_000)
        let layer = try await test.layers.commit(upperDirectory: upper, epoch: epoch, below: view)
        let blob = try await test.layers.blob(for: layer.diffID, compression: .gzip(level: 1))

        // No mark on a new directory, one on a directory that replaced another.
        let paths = try await test.entries(layer.diffID, compression: .gzip(level: 1)).map(\.path.string)
        #expect(paths.contains("renewed/.wh..wh..opq") || paths.contains("renewed/.wh.old"))
        #expect(!paths.contains { $0.hasPrefix("new/") && $0.contains(".wh.") })
        #expect(paths.contains(".wh.removed") && paths.contains(".wh.moved") && paths.contains(".wh.renamed"))

        let other = try TestStore()
        for digest in [base, blob.digest] {
            _ = try other.store.put(try test.store.read(digest))
        }
        let baseBlob = Descriptor(mediaType: .ociLayer, digest: base, size: try #require(test.store.size(of: base)))
        try await other.layers.unpack(diffID: base, blob: baseBlob)
        try await other.layers.unpack(diffID: layer.diffID, blob: blob)
        let check = OverlayTests(test: other)
        try #require(try check.run("\(Self.listing) > ../again", on: [base, layer.diffID]))
        // Fractions of seconds are dropped, as everywhere.
        let strip = "sed 's/\\(\\.[0-9]*\\) \\(\\S*\\)$/ \\2/'"
        #expect(
            shell(
                "cd \(test.directory) && \(strip) after > after2 && \(strip) \(other.directory)/again > again2 && "
                    + "diff after2 again2") == 0)
    }

    @Test func `Other programs read the blob as we do`() async throws {
        let entries =
            (0..<20).map { LayerEntry(Entry.directory(FilePath("d\($0)")).0) } + [
                LayerEntry(Entry.file("d1/f", "x").0, source: .bytes([0x78])),
                LayerEntry(Entry.hardLink("d2/g", to: "d1/f").0),
                LayerEntry(Entry.file("d3/.wh.h").0),
            ]
        let layer = try await test.layers.commit(
            entries: entries, epoch: nil, compression: .gzip(level: 6), unpack: true)
        let path = test.store.path(of: try #require(layer.blob).digest)
        // Sorted for a byte-wise sort, directories with their slash; and the same names for both.
        #expect(
            shell("cd \(test.directory) && tar tzf \(path) > t && LC_ALL=C sort -c t && bsdtar tzf \(path) | diff - t")
                == 0)
        #expect(
            shell(
                "mkdir \(test.directory)/x && tar xzpf \(path) -C \(test.directory)/x && test -f \(test.directory)/x/d2/g"
            ) == 0)
    }

    private init(test: TestStore) { self.test = test }
}
