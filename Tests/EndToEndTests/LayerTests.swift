import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// What a RUN or COPY does to files is in the layers, all of it and nothing else.
    @Suite struct LayerTests {
        @Test(arguments: Account.all)
        func removedFilesBecomeWhiteouts(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let image = try await work.buildImage(
                    """
                    FROM base
                    RUN rm -r /old && rm /bin/vi
                    RUN rm -r /opaque && mkdir /opaque && echo new >/opaque/after
                    """)
                let removed = try await image.entries(layer: 1)
                #expect(removed.contains { $0.hasSuffix(" .wh.old") })
                #expect(removed.contains { $0.hasSuffix(" bin/.wh.vi") })
                #expect(!removed.contains { $0.contains("old/") })
                let replaced = try await image.entries(layer: 2)
                #expect(
                    replaced.contains { $0.hasSuffix(" opaque/.wh..wh..opq") || $0.hasSuffix(" opaque/.wh.before") })
                #expect(replaced.contains { $0.hasSuffix(" opaque/after") })

                let unpacked = try await work.unpack(image)
                #expect(!File.exists(unpacked.appending("old")))
                #expect(!File.exists(unpacked.appending("bin/vi")))
                #expect(File.names(unpacked.appending("opaque")) == ["after"])
            }
        }

        @Test(arguments: Account.all)
        func linksAndModes(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let image = try await work.buildImage(
                    """
                    FROM base
                    RUN mkdir /d && cd /d && echo one >first && ln first second && ln -s ../d/first soft \\
                        && echo x >setuid && chmod 4755 setuid && mkdir sticky && chmod 3777 sticky \\
                        && mkfifo pipe && echo o >owned && chown 33:44 owned && echo k >closed && chmod 0 closed
                    """)
                let entries = try await image.entries(layer: -1)
                #expect(entries.contains { $0.hasPrefix("hrw-r--r-- 0/0") && $0.contains("d/second link to d/first") })
                #expect(entries.contains { $0.hasPrefix("lrwxrwxrwx 0/0") && $0.contains("d/soft -> ../d/first") })
                #expect(entries.contains { $0.hasPrefix("-rwsr-xr-x 0/0") && $0.hasSuffix("d/setuid") })
                #expect(entries.contains { $0.hasPrefix("drwxrwsrwt 0/0") && $0.hasSuffix("d/sticky/") })
                #expect(entries.contains { $0.hasPrefix("prw-r--r-- 0/0") && $0.hasSuffix("d/pipe") })
                #expect(entries.contains { $0.hasPrefix("-rw-r--r-- 33/44") && $0.hasSuffix("d/owned") })
                #expect(entries.contains { $0.hasPrefix("---------- 0/0") && $0.hasSuffix("d/closed") })

                let unpacked = try await work.unpack(image)
                let first = try File.status(unpacked.appending("d/first"))
                #expect(first.st_ino == (try File.status(unpacked.appending("d/second")).st_ino))
                #expect(try File.status(unpacked.appending("d/setuid")).st_mode & 0o7777 == 0o4755)
            }
        }

        /// Extended attributes and devices come in through ADD of an archive, as busybox cannot make them.
        @Test func attributesAndDevices() async throws {
            try await Workspace.use { work in
                let script = """
                    set -eu
                    mkdir files && echo a >files/attributed && setfattr -n user.note -v kept files/attributed
                    if [ "$(id -u)" = 0 ]; then mknod files/null c 1 3 && mknod files/disk b 7 200; fi
                    tar --xattrs -cf context/files.tar files
                    """
                _ = try await work.tool("sh", "-c", script)
                let image = try await work.buildImage(
                    """
                    FROM base
                    ADD files.tar /
                    RUN echo changed >>/files/attributed
                    """)
                for layer in [1, 2] {
                    let file = Image.blob(image.layout, image.manifest.layers[layer].digest)
                    let listing = try await work.tool("tar", "--xattrs", "--xattrs-include=*", "-tvvf", file.string)
                    #expect(listing.text.contains("user.note"), "layer \(layer)\n\(listing.text)")
                }
                let entries = try await image.entries(layer: 1)
                if work.account.isRoot {
                    #expect(entries.contains { $0.hasPrefix("crw-") && $0.contains(" 1,3 ") })
                    #expect(entries.contains { $0.hasPrefix("brw-") && $0.contains(" 7,200 ") })
                }
                let unpacked = try await work.unpack(image)
                let attribute = try await work.tool(
                    "getfattr", "--only-values", "-n", "user.note", unpacked.appending("files/attributed").string)
                #expect(attribute.text == "kept")
            }
        }

        /// A RUN that makes a device has the right to as root; that device is in the layer.
        @Test(.enabled(if: Account.isRoot))
        func deviceMadeByRun() async throws {
            try await Workspace.use { work in
                let image = try await work.buildImage("FROM base\nRUN mknod /made c 1 5\n")
                #expect(try await image.entries(layer: -1).contains { $0.hasPrefix("crw-") && $0.contains(" 1,5 ") })
            }
        }

        /// What the sandbox provides for a RUN does not stay: no resolv.conf, hosts, or mountpoint.
        @Test(arguments: Account.all)
        func sandboxLeavesNothing(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let image = try await work.buildImage(
                    """
                    FROM base
                    RUN --mount=type=cache,target=/cache/deep --mount=type=tmpfs,target=/scratch \\
                        test -e /etc/resolv.conf && test -s /etc/hosts && test -d /proc/self && echo c >/cache/deep/c \\
                        && echo s >/scratch/s && echo kept >/kept
                    """)
                let names = try await image.entries(layer: -1).compactMap { $0.split(separator: " ").last }
                #expect(names == ["kept"])
            }
        }

        @Test(arguments: Account.all)
        func copyKeepsTimesAndSetsOwners(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                try work.write("tree/a", "a\n", mode: 0o600)
                try work.write("tree/sub/b.txt", "b\n")
                try work.write("tree/sub/c.txt", "c\n")
                _ = try await Command(
                    program: "find",
                    arguments: [work.context.string, "-exec", "touch", "-d", "2024-05-06 07:08:09Z", "{}", "+"]
                ).run()
                let image = try await work.buildImage(
                    """
                    FROM base
                    COPY --chown=app:33 --chmod=0751 tree /one/
                    COPY tree/sub/*.txt /two/
                    COPY tree/a tree/sub/b.txt /three/
                    """)
                let one = try await image.entries(layer: 1)
                #expect(one.contains { $0.hasPrefix("-rwxr-x--x 1000/33") && $0.hasSuffix("2024-05-06 07:08 one/a") })
                #expect(one.contains { $0.hasSuffix(" one/sub/b.txt") })
                let two = try await image.entries(layer: 2).compactMap { $0.split(separator: " ").last }
                #expect(two == ["two/", "two/b.txt", "two/c.txt"])
                let three = try await image.entries(layer: 3)
                #expect(three.contains { $0.hasPrefix("-rw------- 0/0") && $0.hasSuffix(" three/a") })
            }
        }
    }
}

extension Workspace {
    /// Unpacks an image with umoci, as root or in its rootless mode; the root file system.
    func unpack(_ image: Image) async throws -> FilePath {
        _ = try await tool("skopeo", "copy", "oci-archive:\(root)/image.tar", "oci:\(root)/judged:image")
        let rootless = account.isRoot ? [] : ["--rootless"]
        let outcome = try await Command(
            program: "umoci",
            arguments: ["unpack"] + rootless + ["--image", "\(root)/judged:image", "\(root)/judged-bundle"],
            directory: root, account: account
        ).run()
        try #require(outcome.status == 0, "\(outcome.transcript)")
        return root.appending("judged-bundle/rootfs")
    }
}
