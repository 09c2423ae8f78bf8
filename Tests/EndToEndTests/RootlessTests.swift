import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// One Dockerfile, one digest: whoever builds, and whatever the machine lets him do.
    @Suite struct RootlessTests {
        /// Owners of files, directories and links, setuid bits, device nodes, other users, hard links, removals.
        static let owners = """
            FROM base AS made
            COPY --chown=1000:1001 data /data
            COPY --chmod=4755 data/file /setuid
            WORKDIR /work/deep
            FROM base
            COPY --from=made /data /data
            COPY --from=made /setuid /setuid
            RUN echo one >/one && chown 33:34 /one && chmod 6755 /one && ln /one /two && ln -s one /link && chown -h 7:8 /link
            RUN mknod /null c 1 3 && mknod /disk b 8 1 && mknod /fifo p && mkdir /shared && chown 0:50 /shared \
                && chmod 2775 /shared && touch /shared/file && mkdir /shared/directory
            RUN rm -r /old && rm -r /opaque && mkdir /opaque && echo new >/opaque/after && mv /one /renamed
            RUN : >>/etc/passwd && touch /tmp/x && rm /tmp/x
            RUN chown -R app:app /home/app
            USER app
            WORKDIR /home/app
            RUN id -u >/tmp/number && touch mine && mkdir -p a/b && ln -s mine link && (umask 077; echo x >private)
            USER root
            RUN chown -R app:app /shared && stat -c '%u:%g %a %F' /renamed /shared /home/app/mine /home/app/private
            """

        /// What the last step prints: what a step sees of owners is what the image has. (Of device nodes it is not everywhere:
        /// in a user namespace with many ids they look like empty files.)
        static let seen = """
            33:34 6755 regular file
            1000:1000 2775 directory
            1000:1000 644 regular empty file
            1000:1000 600 regular file
            """

        static func prepare(_ work: Workspace) throws {
            try File.directory(work.context.appending("data"))
            try work.write("data/file", "data\n")
        }

        @Test func everyAccountMakesTheSameImage() async throws {
            var digests: Set<String> = []
            for account in Account.every {
                try await Workspace.use(as: account) { work in
                    try Self.prepare(work)
                    let image = try await work.buildImage(Self.owners, ["--no-cache"], environment: Self.epoch)
                    digests.insert(image.manifestDigest)
                    let again = try await work.build(
                        Self.owners, ["--no-cache"], environment: Self.epoch)
                    let lines = again.errors.split(separator: "\n").compactMap { line in
                        Self.seen.split(separator: "\n").first { line.hasSuffix($0) }
                    }
                    #expect(lines.joined(separator: "\n") == Self.seen, "\(account): \(again.transcript)")
                    // From layers alone, without blobs: what is noted beside the files becomes the archive again.
                    let exported = work.root.appending("again.tar")
                    let pushed = try await work.build(
                        Self.owners, ["-o", "type=oci,dest=\(exported)"], environment: Self.epoch)
                    try #require(pushed.status == 0, "\(pushed.transcript)")
                    let copy = try await Image(archive: exported, directory: work.root.appending("again"))
                    #expect(copy.manifestDigest == image.manifestDigest)
                    let doctor = try await work.slipway(["doctor"])
                    #expect(doctor.status == 0, "\(doctor.transcript)")
                }
            }
            #expect(digests.count == 1)
        }

        static let epoch = ["SOURCE_DATE_EPOCH": "1700000000"]

        /// Programs that become somebody else, as package managers and entry points do.
        @Test func identitiesChangeAsTheyDoForRoot() async throws {
            try await Workspace.use(as: .confined) { work in
                let outcome = try await work.build(
                    """
                    FROM base
                    RUN id; su app -c 'id; touch /tmp/su'; stat -c '%U %G' /tmp/su; \\
                        setuidgid app id -u; chpst -u app:app id 2>/dev/null; su app -c 'chown 0:0 /tmp/su' || echo refused
                    """, ["--no-cache"])
                try #require(outcome.status == 0, "\(outcome.transcript)")
                #expect(outcome.errors.contains("uid=0(root) gid=0(root)"))
                #expect(outcome.errors.contains("uid=1000(app) gid=1000(app)"))
                #expect(outcome.errors.contains("app app"))
                #expect(outcome.errors.contains("refused"), "\(outcome.transcript)")
            }
        }

        /// Files of a store whose owners are mapped ids are nobody's to a process without the map.
        @Test(.enabled(if: Account.isRoot)) func storesOfOneKindAreRefusedToTheOther() async throws {
            try await Workspace.use(as: .ordinary) { work in
                let made = try await work.build("FROM base\nLABEL a=b\n")
                try #require(made.status == 0, "\(made.transcript)")
                let confined = Workspace(root: work.root, account: .confined)
                let refused = try await confined.slipway(["images"])
                #expect(refused.status == 1)
                #expect(refused.errors.contains("had more ids"), "\(refused.errors)")
            }
        }
    }
}
