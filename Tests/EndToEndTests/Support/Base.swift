import FoundationEssentials
import SystemPackage

/// The base image of these tests: Debian's static busybox with its applets, and files for whiteouts and owners to act on.
enum Base {
    /// Puts a copy of the layout where a test can use it.
    static func copy(to path: FilePath) async throws {
        let layout = try await made.value
        let outcome = try await Command(program: "cp", arguments: ["-r", layout.string, path.string]).run()
        guard outcome.status == 0 else { throw TestFailure("no base: \(outcome.transcript)") }
    }

    /// Made once for all tests of this process, in the directory of the test bundle.
    private static let made = Task<FilePath, any Error> {
        let scratch = try TemporaryDirectory()
        defer { scratch.remove() }
        let layout = FilePath(Binary.bundleDirectory).appending("end-to-end-base")
        let script = """
            set -eu
            mkdir -p root/bin root/etc root/old/deep root/opaque root/tmp root/home/app root/proc root/sys root/dev
            cp "$(command -v busybox)" root/bin/busybox
            for applet in $(root/bin/busybox --list); do
                [ "$applet" = busybox ] || ln -s busybox "root/bin/$applet"
            done
            chmod 1777 root/tmp
            printf 'root:x:0:0:root:/root:/bin/sh\\napp:x:1000:1000::/home/app:/bin/sh\\n' >root/etc/passwd
            printf 'root:x:0:\\napp:x:1000:\\n' >root/etc/group
            echo removed >root/old/file
            echo removed >root/old/deep/file
            echo hidden >root/opaque/before
            find root -exec touch -h -d @1600000000 {} +
            tar --sort=name --owner=0 --group=0 --numeric-owner -C root -cf root.tar .
            rm -rf "$2" layout
            "$1/examples/bases/oci-layout" --tar root.tar --layout layout --epoch 1600000000 --stands-for busybox \\
                --architecture "$3" --env PATH=/bin --command '["/bin/sh"]'
            mv layout "$2"
            """
        let outcome = try await Command(
            program: "sh", arguments: ["-c", script, "sh", Repository.top.string, layout.string, architecture],
            directory: scratch.path
        ).run()
        guard outcome.status == 0 else { throw TestFailure("cannot make the base: \(outcome.transcript)") }
        return layout
    }

    /// This machine's architecture, as Go names it.
    static var architecture: String {
        #if arch(arm64)
            "arm64"
        #elseif arch(arm)
            "arm"
        #else
            "amd64"
        #endif
    }
}
