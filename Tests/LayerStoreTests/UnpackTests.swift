import Archive
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage
import Testing

struct UnpackTests {
    let test: TestStore

    init() throws { test = try TestStore() }

    @Test func `Every kind of entry arrives with everything that belongs to it`() async throws {
        var setuid = Entry.file("usr/bin/su", "program", mode: 0o4755)
        setuid.0.uid = 7
        setuid.0.gid = 8
        setuid.0.mtime = Timestamp(seconds: 123)
        // cap_net_raw=ep, as setcap writes it.
        let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        setuid.0.xattrs = [
            ExtendedAttribute(name: "security.capability", value: capability),
            ExtendedAttribute(name: "user.note", value: [1, 2]),
            ExtendedAttribute(name: "user.overlay.opaque", value: [0x79]),
            ExtendedAttribute(name: "trusted.overlay.opaque", value: [0x79]),
        ]
        var sticky = Entry.directory("tmp", mode: 0o1777)
        sticky.0.mtime = Timestamp(seconds: 77)
        let diffID = try await test.unpack([
            Entry.directory("usr"), Entry.directory("usr/bin"), setuid, sticky, Entry.file("tmp/late"),
            Entry.hardLink("usr/bin/su2", to: "usr/bin/su"), Entry.link("bin", to: "usr/bin"),
            Entry.link("dangling", to: "/nowhere/at/all"), Entry.other("fifo", .fifo),
            Entry.directory("closed", mode: 0),
            Entry.file("closed/inside", "x", mode: 0),
        ])
        let tree = try test.tree(diffID)
        let su = try tree.status(at: "usr/bin/su")
        #expect((su.mode, su.uid, su.gid, su.size, su.linkCount) == (0o4755, 7, 8, 7, 2))
        #expect(su.mtime == Timestamp(seconds: 123))
        #expect(try tree.status(at: "usr/bin/su2").inode == su.inode)
        let attributes = try tree.openDirectory("usr").openDirectory("bin").extendedAttributes(of: "su")
        #expect(try attributes.get("security.capability") == capability)
        #expect(try attributes.names().filter { $0.hasPrefix("user.") } == ["user.note"])
        let temporary = try tree.status(at: "tmp")
        #expect(temporary.mode == 0o1777)
        #expect(temporary.mtime == Timestamp(seconds: 77))
        #expect(try tree.status(at: "usr").mtime == Entry.time)
        #expect(try tree.readLink("bin") == "usr/bin")
        #expect(try tree.status(at: "dangling").mtime == Entry.time)
        #expect(try tree.status(at: "fifo").kind == .fifo)
        #expect(try tree.status(at: "closed").mode == 0)
        #expect(try tree.status(at: "closed/inside").size == 1)
        #expect(try test.layers.isUnpacked(diffID))
        let record = try #require(try test.store.unpackedLayer(diffID))
        #expect(record.entries == 11)
        #expect(record.size == test.store.size(of: diffID))
        #expect(try test.leftovers().isEmpty)
    }

    @Test func `Whiteouts take overlayfs' form, and concern the layers below only`() async throws {
        let diffID = try await test.unpack([
            Entry.directory("a"), Entry.file("a/.wh.gone"), Entry.directory("b"), Entry.file("b/.wh..wh..opq"),
            Entry.file("b/new"), Entry.file("c", "mine"), Entry.file(".wh.c"), Entry.directory("d"),
            Entry.file(".wh.d"),
            Entry.file(".wh.e"), Entry.directory("e"), Entry.file(".wh.f"), Entry.file("f"), Entry.file(".wh..wh.plnk"),
            Entry.file("implied/.wh.x"), Entry.file(".wh.g"), Entry.file("g/inside"),
        ])
        let tree = try test.tree(diffID)
        func opaque(_ name: FileName) throws -> Bool {
            try tree.extendedAttributes(of: name).get("user.overlay.opaque") == [0x79]
        }
        #expect(try tree.status(at: "a/gone").isWhiteout)
        #expect(try !opaque("a") && opaque("b") && opaque("d") && opaque("e") && opaque("g"))
        #expect(try tree.read("c") == "mine")
        #expect(try tree.status(at: "f").kind == .regular)
        #expect(try tree.status(at: "implied/x").isWhiteout)
        #expect(try Set(tree.entries().map(\.name)) == ["a", "b", "c", "d", "e", "f", "g", "implied"])
    }

    @Test func `A device that cannot be made has a stand-in, and is a device again in the archive`() async throws {
        let devices: [(TarEntry, String)] = [
            Entry.other("zero", .characterDevice(.zero)),
            Entry.other("null", .characterDevice(DeviceNumber(major: 1, minor: 3))),
            Entry.other("disk", .blockDevice(DeviceNumber(major: 259, minor: 70000))),
        ]
        let diffID = try await test.unpack(devices)
        let tree = try test.tree(diffID)
        // As a device node, 0:0 would be a whiteout.
        #expect(try tree.status(at: "zero").kind == .regular)
        #expect(try tree.status(at: "null").kind == (test.canMakeDevices ? .characterDevice : .regular))
        let view = try LayerView(layers: [diffID], store: test.layers)
        let node = try #require(try view.lookup("/disk"))
        #expect(node.status.kind == .blockDevice)
        #expect(node.status.specialDevice == DeviceNumber(major: 259, minor: 70000))
        #expect(throws: LayerStoreError.self) { try node.open() }
        #expect(try view.lookup("/zero")?.status.kind == .characterDevice)
        let blob = try #require(try test.store.layerBlobs(diffID).first?.descriptor.digest)
        try test.store.remove(blob)
        // Not in this order in the archive above, so another DiffID: made from the directory by a commit.
        try tree.rename("zero", to: "a-zero", in: tree)
        shell("cp -a \(test.layers.directory(of: diffID)) \(test.directory)/upper")
        let layer = try await test.layers.commit(upperDirectory: test.directory.appending("upper"), epoch: nil)
        let kinds = try await test.entries(layer.diffID).map(\.kind)
        #expect(kinds == [devices[0].0.kind, devices[2].0.kind, devices[1].0.kind])
    }

    @Test func `A later entry replaces an earlier one, whatever the two are`() async throws {
        let diffID = try await test.unpack([
            Entry.directory("a"), Entry.file("a/x", "old"), Entry.file("a", "file now"), Entry.file("b"),
            Entry.directory("b"), Entry.file("b/y", "new"), Entry.link("c", to: "b"), Entry.file("c", "no link now"),
            Entry.file("d", "first"), Entry.file("d", "second"), Entry.directory("e", mode: 0o700),
            Entry.file("e/kept", "kept"), Entry.directory("e", mode: 0o711), Entry.link("f", to: "b"),
            Entry.directory("f"), Entry.file("f/z", "own"), Entry.hardLink("d", to: "d"),
        ])
        let tree = try test.tree(diffID)
        #expect(try tree.read("a") == "file now")
        #expect(try tree.read("b/y") == "new")
        #expect(try tree.read("c") == "no link now")
        #expect(try tree.read("d") == "second")
        #expect(try tree.status(at: "e").mode == 0o711)
        #expect(try tree.read("e/kept") == "kept")
        #expect(try tree.read("f/z") == "own")
        #expect(try tree.openDirectory("b").entries().map(\.name) == ["y"])
    }

    /// What makes no sense in a layer, or would leave it.
    static let hostile: [(name: String, entries: [(TarEntry, String)])] = [
        ("parent", [Entry.file("../canary", "bad")]),
        ("parent in the middle", [Entry.directory("a"), Entry.file("a/../../canary", "bad")]),
        ("link to etc", [Entry.link("l", to: "/etc"), Entry.file("l/slipway-canary", "bad")]),
        (
            "link through link",
            [
                Entry.link("a", to: "/"), Entry.link("b", to: "a/etc"), Entry.file("b/slipway-canary", "bad"),
            ]
        ),
        ("link loop", [Entry.link("a", to: "b"), Entry.link("b", to: "a"), Entry.file("a/x", "bad")]),
        ("hard link outside", [Entry.hardLink("x", to: "../../../../../../etc/passwd")]),
        ("hard link to nothing", [Entry.hardLink("x", to: "etc/passwd")]),
        ("hard link through a link", [Entry.link("l", to: "/etc"), Entry.hardLink("x", to: "l/passwd")]),
        ("hard link to a directory", [Entry.directory("d"), Entry.hardLink("x", to: "d")]),
        ("hard link to a whiteout", [Entry.file(".wh.w"), Entry.hardLink("x", to: "w")]),
        ("file as parent", [Entry.file("f"), Entry.file("f/x", "bad")]),
        ("fifo as parent", [Entry.other("f", .fifo), Entry.file("f/x", "bad")]),
        ("whiteout of nothing", [Entry.file(".wh.")]),
        ("whiteout of the parent", [Entry.file("a/.wh...")]),
        ("whiteout of itself", [Entry.file(".wh..")]),
        ("inside of a whiteout", [Entry.file(".wh.a/b")]),
        ("inside of an opaque mark", [Entry.file(".wh..wh..opq/b")]),
        ("a path that is too long", [Entry.file(FilePath(String(repeating: "long/", count: 900)))]),
        ("a name that is too long", [Entry.file(FilePath(String(repeating: "n", count: 300)))]),
    ]

    @Test(arguments: hostile.indices)
    func `A hostile archive is refused, and nothing is left`(index: Int) async throws {
        let entries = Self.hostile[index].entries
        await #expect(throws: (any Error).self, "\(Self.hostile[index].name)") { try await test.unpack(entries) }
        let diffID = Digest.sha256(of: try TestStore.archive(entries))
        #expect(try !test.layers.isUnpacked(diffID))
        #expect(try test.leftovers().isEmpty)
        #expect(try DirectoryHandle(test.store.root.appending("layers")).isEmpty())
        for directory in [FilePath("/tmp"), "/etc", test.directory, test.store.root] {
            #expect(try DirectoryHandle(directory).statusIfExists(of: "slipway-canary") == nil)
            #expect(try DirectoryHandle(directory).statusIfExists(of: "canary") == nil)
        }
    }

    @Test(arguments: ["..", "/", "../../../../../../.."])
    func `A link that leads out of the layer leads to the layer's root`(target: String) async throws {
        let diffID = try await test.unpack([
            Entry.link("l", to: FilePath(target)), Entry.file("l/slipway-canary", "inside"), Entry.file("l/tmp/x"),
        ])
        let tree = try test.tree(diffID)
        #expect(try tree.read("slipway-canary") == "inside")
        #expect(try tree.status(at: "tmp/x").kind == .regular)
        #expect(try DirectoryHandle("/").statusIfExists(of: "slipway-canary") == nil)
        #expect(try DirectoryHandle("/tmp").statusIfExists(of: "slipway-canary") == nil)
    }

    @Test func `A link inside the layer leads to its target there`() async throws {
        let diffID = try await test.unpack([
            Entry.directory("usr"), Entry.directory("usr/lib"), Entry.link("lib", to: "/usr/lib"),
            Entry.file("lib/a", "a"), Entry.link("usr/up", to: "../../../usr/lib"), Entry.file("usr/up/b", "b"),
            Entry.hardLink("usr/c", to: "lib/a"), Entry.file("./usr/./d", "d"),
        ])
        let tree = try test.tree(diffID)
        #expect(try tree.read("usr/lib/a") == "a")
        #expect(try tree.read("usr/lib/b") == "b")
        #expect(try tree.read("usr/c") == "a")
        #expect(try tree.read("usr/d") == "d")
        #expect(try tree.status(at: "lib").kind == .symbolicLink)
    }

    @Test func `Bytes that are not the layer's are refused`() async throws {
        let blob = try test.store.put(try TestStore.archive([Entry.file("a")]), mediaType: .ociLayer)
        let other = Digest.sha256(of: "something else")
        let error = await #expect(throws: LayerStoreError.self) {
            try await test.layers.unpack(diffID: other, blob: blob)
        }
        #expect(error?.code == .diffIDMismatch)
        #expect(try !test.layers.isUnpacked(other))
        #expect(try !test.layers.isUnpacked(blob.digest))
        #expect(try test.leftovers().isEmpty)
        let missing = Descriptor(mediaType: .ociLayer, digest: other, size: 5)
        await #expect(throws: StoreError.self) { try await test.layers.unpack(diffID: other, blob: missing) }
    }

    @Test func `Two processes that unpack the same layer both succeed`() async throws {
        let entries = (0..<300).map { Entry.file(FilePath("f\($0)"), "text \($0)") }
        let blob = try test.store.put(try TestStore.archive(entries), mediaType: .ociLayer)
        let second = LayerStore(store: try ContentStore.open(root: test.store.root))
        let first = test.layers
        try await withThrowingTaskGroup { group in
            for _ in 0..<3 {
                group.addTask { try await first.unpack(diffID: blob.digest, blob: blob) }
                group.addTask { try await second.unpack(diffID: blob.digest, blob: blob) }
            }
            try await group.waitForAll()
        }
        #expect(try test.tree(blob.digest).entries().count == 300)
        #expect(try first.isUnpacked(blob.digest))
        #expect(try second.isUnpacked(blob.digest))
    }

    @Test func `Unpacking that nobody waits for any more ends and leaves nothing`() async throws {
        let entries = (0..<40).map { Entry.file(FilePath("f\($0)"), String(repeating: "x", count: 200_000)) }
        let blob = try test.store.put(try TestStore.archive(entries), mediaType: .ociLayer)
        let layers = test.layers
        let (progress, report) = AsyncStream.makeStream(of: Int64.self)
        let task = Task {
            try await layers.unpack(diffID: blob.digest, blob: blob) { report.yield($0) }
        }
        for await _ in progress { break }
        task.cancel()
        let result = await task.result
        if case .failure(let error) = result { #expect(error is CancellationError) }
        #expect(try test.leftovers().isEmpty)
        // Whatever came of it, the layer can be had afterwards.
        try await layers.unpack(diffID: blob.digest, blob: blob)
        #expect(try test.tree(blob.digest).entries().count == 40)
    }

    @Test func `A layer whose record was lost gets it back`() async throws {
        let diffID = try await test.unpack([Entry.file("f", "x")])
        let record = try #require(try test.store.unpackedLayer(diffID))
        try test.store.removeUnpackedLayer(diffID)
        let blob = try #require(try test.store.layerBlobs(diffID).first?.descriptor)
        try await test.layers.unpack(diffID: diffID, blob: blob)
        #expect(try test.store.unpackedLayer(diffID)?.size == record.size)
        #expect(try test.store.unpackedLayer(diffID)?.entries == 1)
    }

    @Test(arguments: ["gzip", "zstd", "xz", "bzip2"])
    func `What GNU tar and a compressor made is unpacked as they unpack it`(compressor: String) async throws {
        let work = test.directory
        let script = """
            set -e; cd \(work); mkdir -p in/d/e; cd in; echo hello > d/e/f; ln d/e/f d/g; ln -s ../x d/l; mkfifo p
            chmod 2755 d/e; truncate -s 3M sparse; printf x >> sparse; touch -d @1000000000.5 d/e/f; touch -d @5 d/e d
            n=$(printf 'n%.0s' $(seq 120)); mkdir -p $n/$n; echo long > $n/$n/$n; ln -s $n/$n/$n longlink
            cd ..; tar --sparse --format=gnu -cf l.tar -C in . ; \(compressor) -k -c l.tar > l.bin; mkdir out
            tar -xpf l.tar -C out
            """
        try #require(shell(script) == 0)
        let archive = try DirectoryHandle(work).withFile("l.tar") { try $0.readAll(limit: 1 << 24, path: "l.tar") }
        let packed = try DirectoryHandle(work).withFile("l.bin") { try $0.readAll(limit: 1 << 24, path: "l.bin") }
        let diffID = Digest.sha256(of: archive)
        let blob = try test.store.put(packed, mediaType: .ociLayerGzip)
        try await test.layers.unpack(diffID: diffID, blob: blob)
        let list =
            "find . -printf '%P %y %m %U:%G %s %T@ %n %l\\n' | sed 's/^\\(.* d .*\\) [0-9]* \\([0-9.]*\\) [0-9]* $/\\1 \\2/' | sort"
        #expect(
            shell(
                "cd \(test.layers.directory(of: diffID)) && \(list) > \(work)/a; cd \(work)/out && \(list) > \(work)/b; "
                    + "diff \(work)/a \(work)/b && cd \(work) && diff -r --no-dereference out \(test.layers.directory(of: diffID)) -x p"
            )
                == 0)
    }
}
