import FileSystem
import SystemPackage
import Testing

@testable import Archive

/// The reader reads what other programs write.
@Suite struct ToolsWriteTests {
    /// Makes the tree that the tools archive.
    private static func makeTree(in directory: TemporaryDirectory) throws {
        let long = String(repeating: "n", count: 200)
        try directory.shell(
            """
            mkdir -p tree/\(long)/\(long) tree/dir && cd tree
            printf hello > dir/file; chmod 6755 dir/file; ln dir/file dir/hard; ln -s 'to where' dir/soft
            mkfifo pipe; printf 1 > grüße; printf 2 > ' white space '; printf 3 > \(long)/\(long)/file
            ln -s \(long)/\(long)/file longlink; ln \(long)/\(long)/file longhard; head -c 100000 /dev/zero > zeros
            touch -h -d @1600000000 dir/* pipe grüße ' white space ' \(long)/\(long)/file longlink zeros
            touch -d @1600000000 dir \(long)/\(long) \(long) .
            """)
    }

    private static let longName = FilePath(
        String(repeating: "n", count: 200) + "/" + String(repeating: "n", count: 200))

    @Test(
        .enabled(if: hasTools("tar", "bsdtar")),
        arguments: [
            "tar --format=gnu -cf", "tar --format=oldgnu -cf", "tar --format=posix -cf", "bsdtar --format=pax -cf",
            "bsdtar --format=gnutar -cf", "tar -b 1 -cf", "tar -b 64 --format=posix -cf",
            "python3 ../mk.py GNU", "python3 ../mk.py PAX",
        ])
    func trees(command: String) throws {
        let directory = try TemporaryDirectory()
        try Self.makeTree(in: directory)
        let script = """
            import sys, tarfile
            format = getattr(tarfile, sys.argv[1] + '_FORMAT')
            with tarfile.open(sys.argv[2], 'w', format=format) as archive: archive.add(sys.argv[3])
            """
        try directory.write("mk.py", Array(script.utf8))
        try directory.shell("cd tree && \(command) ../a.tar .")
        let read = try members(of: directory.read("a.tar"))
        let byPath = Dictionary(uniqueKeysWithValues: read.map { ($0.entry.path, $0) })
        #expect(byPath.count == 14)
        #expect(byPath.values.allSatisfy { $0.entry.mtime.seconds == 1_600_000_000 })
        #expect(byPath[""]?.entry.kind == .directory)
        #expect(byPath["dir/soft"]?.entry.kind == .symlink("to where"))
        #expect(byPath["pipe"]?.entry.kind == .fifo)
        #expect(byPath["grüße"]?.contents == [0x31])
        #expect(byPath[" white space "]?.contents == [0x32])
        #expect(byPath["zeros"]?.contents == .init(repeating: 0, count: 100_000))
        #expect(byPath["longlink"]?.entry.kind == .symlink(Self.longName.appending("file")))
        Self.expectLinked("dir/file", "dir/hard", in: byPath, contents: Array("hello".utf8))
        Self.expectLinked("longhard", Self.longName.appending("file"), in: byPath, contents: [0x33])
        #expect(byPath["dir/file"]?.entry.mode == 0o6755)
    }

    /// Either name may come first in an archive.
    private static func expectLinked(
        _ one: FilePath, _ other: FilePath, in members: [FilePath: Member], contents: [UInt8]
    ) {
        let first = members[one]?.entry.kind == .file ? one : other
        let second = first == one ? other : one
        #expect(members[first]?.contents == contents)
        #expect(members[second]?.entry.kind == .hardLink(first))
    }

    @Test(
        .enabled(if: hasTools("tar", "bsdtar")),
        arguments: [
            "tar --format=v7 -cf", "tar --format=ustar -cf", "bsdtar --format=ustar -cf", "bsdtar --format=v7tar -cf",
        ])
    func oldFormats(command: String) throws {
        let directory = try TemporaryDirectory()
        let long = String(repeating: "n", count: 60)
        try directory.shell(
            """
            mkdir -p tree/d && cd tree && printf hello > d/file && ln d/file d/hard && ln -s x d/soft
            case '\(command)' in *ustar*) mkdir -p \(long)/\(long); printf x > \(long)/\(long)/f;; esac
            \(command) ../a.tar *
            """)
        let byPath = Dictionary(
            uniqueKeysWithValues: try members(of: directory.read("a.tar")).map { ($0.entry.path, $0) })
        #expect(byPath["d"]?.entry.kind == .directory)
        #expect(byPath["d/soft"]?.entry.kind == .symlink("x"))
        Self.expectLinked("d/file", "d/hard", in: byPath, contents: Array("hello".utf8))
        if command.contains("ustar") { #expect(byPath[FilePath("\(long)/\(long)/f")]?.contents == [0x78]) }
    }

    @Test(
        .enabled(if: hasTools("tar")),
        arguments: [
            "--format=oldgnu", "--format=gnu", "--format=posix --sparse-version=0.0",
            "--format=posix --sparse-version=0.1",
            "--format=posix --sparse-version=1.0",
        ])
    func sparse(options: String) throws {
        let directory = try TemporaryDirectory()
        try directory.shell(
            """
            truncate -s 3000000 many empty end
            for i in $(seq 0 40); do printf "<data $i>" | dd of=many bs=1 seek=$((i * 65536)) conv=notrunc status=none; done
            printf end | dd of=end bs=1 seek=2999997 conv=notrunc status=none
            printf after > after
            tar --sparse \(options) -cf a.tar many empty end after && test $(stat -c %s a.tar) -lt 600000
            """)
        let read = try members(of: directory.read("a.tar"))
        #expect(read.map(\.entry.path) == ["many", "empty", "end", "after"])
        for member in read { #expect(try member.contents == directory.read(member.entry.path.string)) }
        #expect(read.map(\.entry.size) == [3_000_000, 3_000_000, 3_000_000, 5])
    }

    @Test(.enabled(if: hasTools("bsdtar"))) func sparseOfBSDTar() throws {
        let directory = try TemporaryDirectory()
        try directory.shell(
            "truncate -s 3M f; printf x | dd of=f bs=1 seek=1M conv=notrunc status=none; bsdtar --format=pax -cf a.tar f"
        )
        let read = try members(of: directory.read("a.tar"))
        #expect(read.map(\.entry.path) == ["f"])
        #expect(try read[0].contents == directory.read("f"))
    }

    @Test(
        .enabled(if: hasTools("tar", "bsdtar", "setfattr")),
        arguments: ["tar --xattrs --format=posix -cf", "bsdtar --xattrs --format=pax -cf"])
    func extendedAttributes(command: String) throws {
        let directory = try TemporaryDirectory()
        try directory.shell(
            "touch f && setfattr -n user.b -v 0x003d0a f && setfattr -n user.a -v x f && \(command) a.tar f")
        let entry = try #require(try members(of: directory.read("a.tar")).first?.entry)
        #expect(
            entry.xattrs.filter { $0.name.hasPrefix("user.") }.sorted { $0.name < $1.name } == [
                ExtendedAttribute(name: "user.a", value: [0x78]),
                ExtendedAttribute(name: "user.b", value: [0, 0x3d, 0x0a]),
            ])
    }

    @Test(.enabled(if: hasTools("python3")), arguments: ["GNU", "PAX"]) func numbersAndDevices(format: String) throws {
        let directory = try TemporaryDirectory()
        let script = """
            import tarfile
            with tarfile.open('a.tar', 'w', format=tarfile.\(format)_FORMAT, encoding='utf-8') as archive:
                def add(name, **fields):
                    info = tarfile.TarInfo(name)
                    for key, value in fields.items(): setattr(info, key, value)
                    archive.addfile(info)
                add('old', uid=4294967294, gid=3000000000, mtime=-100)
                add('late', mtime=2**40)
                add('c', type=tarfile.CHRTYPE, devmajor=10, devminor=200)
                add('b', type=tarfile.BLKTYPE, devmajor=8, devminor=1)
                add('/abs/./x//y', type=tarfile.LNKTYPE, linkname='./b')
                add('../up')
                add('caf\\udce9')
            """
        try directory.write("make.py", Array(script.utf8))
        try directory.shell("python3 make.py")
        let entries = try members(of: directory.read("a.tar")).map(\.entry)
        #expect(entries[0].uid == 4_294_967_294 && entries[0].gid == 3_000_000_000)
        #expect(entries[0].mtime == Timestamp(seconds: -100))
        #expect(entries[1].mtime == Timestamp(seconds: 1 << 40))
        #expect(entries[2].kind == .characterDevice(DeviceNumber(major: 10, minor: 200)))
        #expect(entries[3].kind == .blockDevice(DeviceNumber(major: 8, minor: 1)))
        #expect(entries[4].path == "abs/x/y" && entries[4].kind == .hardLink("b") && entries[4].isContained)
        #expect(entries[5].path == "../up" && !entries[5].isContained && entries[5].clamped.path == "up")
        #expect(entries[6].path.bytes == [0x63, 0x61, 0x66, 0xe9])
    }

    @Test(.enabled(if: hasTools("tar"))) func volumeLabelAndGlobalHeader() throws {
        let directory = try TemporaryDirectory()
        try directory.shell("printf 1 > f; tar --format=gnu -V label -cf gnu.tar f")
        #expect(try members(of: directory.read("gnu.tar")).map(\.entry.path) == ["f"])
        try directory.shell("tar --format=posix --pax-option=globexthdr.name=g,uid=77,comment=x -cf pax.tar f")
        #expect(try members(of: directory.read("pax.tar")).map(\.entry.uid) == [77])
    }
}
