import FileSystem
import SystemPackage
import Testing

@testable import Archive

/// Go's archive/tar writes the layers of Docker, containerd and BuildKit: the same entries must give the same bytes.
@Suite(.enabled(if: hasTools("go"))) struct GoOracleTests {
    @Test func bytesAreThoseOfGo() throws {
        let directory = try TemporaryDirectory()
        try directory.write("main.go", Array(Self.program.utf8))
        let lines = TarWriterTests.everything.map { Self.line(of: $0) + "\n" }.joined()
        try directory.write("entries", Array(lines.utf8))
        try directory.shell(
            "HOME=$PWD GOCACHE=/tmp/slipway-test-gocache GO111MODULE=off go run main.go < entries > go.tar")
        #expect(try directory.read("go.tar") == archive(TarWriterTests.everything))
    }

    /// Type, name, link, mode, uid, gid, mtime, major, minor, contents and attributes, the texts in hexadecimal.
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
        var name = entry.path.bytes
        if entry.kind == .directory { name = Array((entry.path.isEmpty ? "./" : entry.path.string + "/").utf8) }
        var fields = [type, name.hexadecimal, link.bytes.hexadecimal, "\(entry.mode)", "\(entry.uid)", "\(entry.gid)"]
        fields += ["\(entry.mtime.seconds)", "\(device.major)", "\(device.minor)", member.contents.hexadecimal]
        fields += entry.xattrs.map { "\(Array($0.name.utf8).hexadecimal)=\($0.value.hexadecimal)" }
        return fields.joined(separator: "\t")
    }

    private static let program = """
        package main

        import (
            "archive/tar"
            "bufio"
            "encoding/hex"
            "os"
            "strconv"
            "strings"
            "time"
        )

        func text(s string) string {
            b, err := hex.DecodeString(s)
            check(err)
            return string(b)
        }

        func number(s string) int64 {
            n, err := strconv.ParseInt(s, 10, 64)
            check(err)
            return n
        }

        func check(err error) {
            if err != nil {
                panic(err)
            }
        }

        func main() {
            w := tar.NewWriter(os.Stdout)
            lines := bufio.NewScanner(os.Stdin)
            lines.Buffer(nil, 1<<24)
            for lines.Scan() {
                f := strings.Split(lines.Text(), "\\t")
                h := tar.Header{Typeflag: f[0][0], Name: text(f[1]), Linkname: text(f[2]), Mode: number(f[3]),
                    Uid: int(number(f[4])), Gid: int(number(f[5])), ModTime: time.Unix(number(f[6]), 0),
                    Devmajor: number(f[7]), Devminor: number(f[8]), PAXRecords: map[string]string{}}
                body := text(f[9])
                h.Size = int64(len(body))
                for _, a := range f[10:] {
                    kv := strings.Split(a, "=")
                    h.PAXRecords["SCHILY.xattr."+text(kv[0])] = text(kv[1])
                }
                check(w.WriteHeader(&h))
                _, err := w.Write([]byte(body))
                check(err)
            }
            check(lines.Err())
            check(w.Close())
        }
        """
}
