import SystemPackage
import Testing

extension EndToEnd {
    /// A store on a file system over which the kernel mounts no overlay: an overlay itself, as in a container.
    @Suite(.enabled(if: Account.isRoot)) struct OverlayStoreTests {
        private static let recipe = """
            FROM base AS other
            RUN mkdir /files && echo bound >/files/one
            FROM base
            RUN mkdir -p /a/b/c && echo x >/a/b/c/f && chown 5:6 /a/b/c/f && chmod 4755 /a/b/c/f && mkfifo /p && ln -s x /l
            RUN echo y >>/a/b/c/f && rm -rf /a/b/c && mkdir /a/b/c && echo z >/a/b/c/z
            RUN rm /etc/group; touch /etc/passwd; mv /a /b; ln /b/b/c/z /hard; mkdir /gone; touch /gone/x
            RUN test ! -e /etc/group && test ! -e /a && rm -r /gone && touch /gone
            COPY --from=other /files /gone2
            RUN --mount=type=cache,target=/cache echo kept >>/cache/file && cat /cache/file >/cached
            RUN --mount=type=bind,from=other,source=/files,target=/bound cat /bound/one >/copied
            RUN mkdir -p /x/y; rmdir /x/y; touch -d @1000000000 /copied; test -f /gone; (sleep 1000 &)
            COPY --from=0 /etc/group /etc/group
            RUN head -n1 /etc/group && mkdir -p /etc/group.d && rm /etc/group
            """

        /// Mounts an overlay in a namespace of its own and runs a command there, as the account.
        private static func run(
            _ work: Workspace, path: String, _ arguments: [String]
        ) async throws -> Command.Outcome {
            let mount = """
                set -e
                cd "$1" && mkdir -p lower upper work merged
                mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
                chmod 777 merged
                shift
                exec "$@"
                """
            let (program, words) = work.account.command(
                "env",
                [
                    "PATH=\(path)", "SLIPWAY_ROOT=\(work.root)/overlay/merged/store", "SOURCE_DATE_EPOCH=1700000000",
                    "HOME=\(work.account.environment["HOME"] ?? "/")", try await Binary.path(),
                ] + arguments)
            return try await Command(
                program: "unshare",
                arguments: ["-m", "sh", "-c", mount, "sh", "\(work.root)/overlay", program] + words,
                directory: work.root
            ).run()
        }

        @Test(
            arguments: Account.every,
            [
                ("fuse-overlayfs", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                // Where it is not to be found.
                ("copies", "/nowhere"),
            ])
        func imagesAreTheSame(account: Account, root: (name: String, path: String)) async throws {
            try await Workspace.use(as: account) { work in
                try File.directory(work.root.appending("overlay"))
                let expected = try await work.buildImage(
                    Self.recipe, environment: ["SOURCE_DATE_EPOCH": "1700000000"])
                let outcome = try await Self.run(
                    work, path: root.path,
                    work.buildArguments([
                        "--no-cache", "--output", "type=oci,dest=\(work.root)/overlay/merged/other.tar",
                    ]))
                try #require(outcome.status == 0, "\(outcome.transcript)")
                let image = try await Image(
                    archive: work.root.appending("overlay/upper/other.tar"), directory: work.root.appending("other"))
                #expect(image.manifestDigest == expected.manifestDigest)
                let doctor = try await Self.run(work, path: root.path, ["doctor"])
                #expect(doctor.status == 0, "\(doctor.transcript)")
                #expect(doctor.text.contains("steps run in copies") == (root.name == "copies" || account.hasOneID))
                #expect(
                    doctor.text.contains("fuse-overlayfs makes those") == (root.name != "copies" && !account.hasOneID))
            }
        }
    }
}
