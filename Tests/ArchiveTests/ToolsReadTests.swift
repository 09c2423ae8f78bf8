import FileSystem
import SystemPackage
import Testing

@testable import Archive

/// Other programs read what the writer writes.
@Suite struct ToolsReadTests {
    /// One line for an entry, as the script below prints it.
    private static func line(of member: Member) -> String {
        let entry = member.entry
        var type = "0"
        var link: FilePath = ""
        var device = DeviceNumber.zero
        switch entry.kind {
        case .file: break
        case .directory: type = "5"
        case .symlink(let target): (type, link) = ("2", target)
        case .hardLink(let target): (type, link) = ("1", target)
        case .characterDevice(let number): (type, device) = ("3", number)
        case .blockDevice(let number): (type, device) = ("4", number)
        case .fifo: type = "6"
        }
        let name = entry.path.isEmpty ? Array(".".utf8) : entry.path.bytes
        var fields = [type, name.hexadecimal, link.bytes.hexadecimal, "\(entry.mode)", "\(entry.uid)", "\(entry.gid)"]
        fields += ["\(entry.mtime.seconds)", "\(device.major),\(device.minor)", member.contents.hexadecimal]
        fields += entry.xattrs.map { "\($0.name)=\($0.value.hexadecimal)" }
        return fields.joined(separator: " ")
    }

    @Test(.enabled(if: hasTools("python3"))) func python() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a.tar", archive(TarWriterTests.everything))
        let script = """
            import tarfile
            raw = lambda s: s.encode('utf-8', 'surrogateescape').hex()
            with tarfile.open('a.tar', errorlevel=2) as archive:
                for m in archive:
                    body = archive.extractfile(m).read().hex() if m.isreg() else ''
                    xattrs = sorted((k[13:], v) for k, v in m.pax_headers.items() if k.startswith('SCHILY.xattr.'))
                    print(m.type.decode(), raw(m.name), raw(m.linkname), m.mode, m.uid, m.gid, int(m.mtime),
                          '%d,%d' % (m.devmajor, m.devminor), body, *['%s=%s' % (k, raw(v)) for k, v in xattrs])
            """
        try directory.write("list.py", Array(script.utf8))
        let expected = TarWriterTests.everything.map { Self.line(of: $0) + "\n" }.joined()
        #expect(try directory.shell("python3 list.py") == expected)
    }

    @Test(
        .enabled(if: hasTools("tar", "bsdtar", "setfattr")),
        arguments: ["tar --xattrs --xattrs-include='*' -xpf", "bsdtar --xattrs -xpf"])
    func extraction(command: String) throws {
        let long = String(repeating: "l", count: 150)
        let directory = try TemporaryDirectory()
        try directory.write(
            "a.tar",
            archive([
                Member(entry: .make("d", .directory, mode: 0o750), contents: []),
                Member(entry: .make("d/file", mode: 0o4711, mtime: 1_600_000_000), contents: sample(70_000)),
                Member(entry: .make("d/hard", .hardLink("d/file"), mode: 0o4711), contents: []),
                Member(entry: .make("d/soft", .symlink("../nowhere"), mode: 0o777), contents: []),
                Member(entry: .make("d/grüße \n"), contents: Array("x".utf8)),
                Member(entry: .make(FilePath("\(long)/\(long)")), contents: Array("long".utf8)),
                Member(
                    entry: .make("x", xattrs: [ExtendedAttribute(name: "user.x", value: Array("a=b".utf8))]),
                    contents: []),
                Member(entry: .make("pipe", .fifo, mode: 0o600), contents: []),
            ]))
        try directory.write("expected", sample(70_000))
        try directory.shell(
            "mkdir out && cd out && \(command) ../a.tar && cmp d/file ../expected && cmp d/hard ../expected")
        let listing = try directory.shell(
            """
            cd out && stat -c '%A %h %Y %N' d/file d/hard d/soft pipe && stat -c %a d && cat $'d/grüße \\n' \(long)/\(long) &&
            getfattr --only-values -n user.x x
            """)
        #expect(
            listing == """
                -rws--x--x 2 1600000000 'd/file'
                -rws--x--x 2 1600000000 'd/hard'
                lrwxrwxrwx 1 1700000000 'd/soft' -> '../nowhere'
                prw------- 1 1700000000 'pipe'
                750
                xlonga=b
                """)
    }

    @Test(.enabled(if: hasTools("tar", "bsdtar"))) func noWarnings() throws {
        let directory = try TemporaryDirectory()
        let plain = TarWriterTests.everything.filter { $0.entry.path.bytes.last != 0xff }
        try directory.write("a.tar", archive(plain))
        #expect(try directory.shell("tar -tf a.tar >/dev/null; bsdtar -tf a.tar >/dev/null") == "")
        #expect(try directory.shell("tar -tf a.tar --quoting-style=escape | wc -l") == "\(plain.count)\n")
    }
}

extension [UInt8] {
    var hexadecimal: String {
        let digits = Array<Character>("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
