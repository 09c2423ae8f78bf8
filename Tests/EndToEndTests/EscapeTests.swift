import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// What published escapes from containers begin with: `docs/escapes.md` is the table, the tests here are its last column.
    ///
    /// Each workspace has a directory `outside` that anybody may write to, with a file `marker`: no step sees it or adds to it.
    @Suite struct EscapeTests {
        private static func use(
            as account: Account = .current, _ body: (Workspace, FilePath) async throws -> Void
        ) async throws {
            try await Workspace.use(as: account) { work in
                let outside = work.root.appending("outside")
                try File.write("of the host\n", to: outside.appending("marker"), mode: 0o666)
                guard chmod(outside.string, 0o777) == 0 else { throw Errno(rawValue: errno) }
                try await body(work, outside)
                #expect(File.names(outside) == ["marker"])
                #expect(try File.text(outside.appending("marker")) == "of the host\n")
                #expect(try Traces.mounts(below: work.root) == [])
            }
        }

        /// What a step or an error of a build that must not see the marker says.
        private static func expectUnseen(
            _ outcome: Command.Outcome, at location: SourceLocation = #_sourceLocation
        ) {
            #expect(!outcome.errors.contains("of the host"), "\(outcome.transcript)", sourceLocation: location)
        }

        // MARK: The program itself

        /// CVE-2019-5736: as the command, and as the interpreter of a script.
        @Test(
            arguments: Account.all,
            ["\"/proc/self/exe\"", "\"/script\"", "\"/bin/sh\", \"-c\", \"/proc/1/exe; /script\""])
        func ownProgram(account: Account, command: String) async throws {
            try await Self.use(as: account) { work, _ in
                #if arch(arm64)
                    let loader = "lib/ld-linux-aarch64.so.1"
                #else
                    let loader = "lib64/ld-linux-x86-64.so.2"
                #endif
                try await Probe.put("loader", as: loader, into: work)
                try work.write("script", "#!/proc/self/exe\n", mode: 0o755)
                try work.write(
                    "Dockerfile",
                    "FROM base\nRUN mkdir -p /\(FilePath(loader).removingLastComponent())\nCOPY . /\nRUN [\(command)]\n"
                )
                // The user's own, who is root in the sandbox.
                let program = work.root.appending("slipway-copy").string
                _ = try await work.tool("cp", try await Binary.path(), program)
                let before = try File.status(FilePath(program))
                let outcome = try await Command(
                    program: program, arguments: work.buildArguments(),
                    environment: ["SLIPWAY_ROOT": work.store.string],
                    directory: work.root, account: account
                ).run()
                let after = try File.status(FilePath(program))
                #expect(after.st_mode == before.st_mode && after.st_uid == before.st_uid)
                #expect(!outcome.errors.contains("changes: 0"), "\(outcome.errors)")
                if !command.contains("sh\"") {
                    // The loader did run, and was refused by a read-only file system (or a sealed file).
                    #expect(outcome.errors.contains("changes: -"), "\(outcome.errors)")
                }
            }
        }

        /// A program whose file has been replaced meanwhile runs its steps from a copy in memory.
        @Test(arguments: Account.all)
        func ownProgramThatIsGone(account: Account) async throws {
            try await Self.use(as: account) { work, _ in
                let program = work.root.appending("slipway-copy").string
                _ = try await work.tool("cp", try await Binary.path(), program)
                try work.write("Dockerfile", "FROM base\nRUN readlink /proc/1/exe; true\n")
                let outcome = try await Command(
                    program: "sh",
                    arguments: ["-c", "exec 9<\"$0\" && rm \"$0\" && exec /proc/self/fd/9 \"$@\"", program]
                        + work.buildArguments(), environment: ["SLIPWAY_ROOT": work.store.string],
                    directory: work.root, account: account
                ).run()
                #expect(outcome.status == 0, "\(outcome.transcript)")
            }
        }

        /// CVE-2024-21626: a working directory below a descriptor that leads out.
        @Test func workingDirectories() async throws {
            try await Self.use { work, outside in
                for number in 3..<11 {
                    let outcome = try await work.build(
                        "FROM base\nWORKDIR /proc/self/fd/\(number)\nRUN pwd -P; cat marker ../marker ../outside/marker; ls /home\n"
                    )
                    Self.expectUnseen(outcome)
                    #expect(outcome.status == 1, "\(number): \(outcome.transcript)")
                }
                for path in ["/proc/self/cwd", "/proc/1/root", "/proc/self/root/../../..", "/dev/fd/3"] {
                    let outcome = try await work.build("FROM base\nWORKDIR \(path)\nRUN cat .\(outside)/marker\n")
                    Self.expectUnseen(outcome)
                }
                _ = try await work.build("FROM base\n", ["--tag", "t"])
                for number in 3..<9 {
                    let outcome = try await work.slipway(
                        ["run", "--workdir", "/proc/self/fd/\(number)", "t", "/bin/sh", "-c", "cat marker ../marker"])
                    #expect(outcome.status != 0 && !outcome.text.contains("of the host"), "\(outcome.transcript)")
                }
            }
        }

        // MARK: Where mounts come from

        /// CVE-2024-1753, CVE-2024-9675, CVE-2024-23651, CVE-2018-15664.
        @Test(arguments: Account.all)
        func sourcesThatAreLinks(account: Account) async throws {
            try await Self.use(as: account) { work, outside in
                let climbing = "../../../../../../../../.." + outside.string
                let links = """
                    FROM base AS links
                    RUN mkdir /d && ln -s \(outside) /d/absolute && ln -s \(climbing) /d/climbing \\
                        && ln -s /proc/self/root /d/magic && ln -s / /d/root
                    """
                let sources = [
                    "/d/absolute", "/d/climbing", climbing, "/d/magic\(outside)", "/../../..\(outside)",
                ]
                let steps = sources.flatMap { source in
                    [
                        "RUN --mount=type=bind,rw,from=links,source=\(source),target=/m cat /m/marker; touch /m/new",
                        "RUN --mount=type=cache,id=x,from=links,source=\(source),target=/m cat /m/marker",
                        "COPY --from=links \(source) /copied\nRUN cat /copied/marker",
                    ]
                }
                for step in steps + ["COPY --from=links /d/absolute/marker /copied\nRUN cat /copied"] {
                    let outcome = try await work.build("\(links)\nFROM base\n\(step)\n")
                    Self.expectUnseen(outcome)
                    #expect(outcome.status != 0, "\(step)\n\(outcome.transcript)")
                }
                // Links of the context are not followed out of it either.
                _ = try await work.tool("ln", "-s", outside.string, "\(work.context)/link")
                for step in [
                    "COPY link/marker /m", "ADD link/marker /m", "RUN --mount=source=link/marker,target=/m cat /m",
                ] {
                    let outcome = try await work.build("FROM base\n\(step)\n")
                    #expect(outcome.status != 0, "\(step)\n\(outcome.transcript)")
                    Self.expectUnseen(outcome)
                }
            }
        }

        /// CVE-2024-9675: a cache's name is no path.
        @Test(arguments: Account.all)
        func cacheNames(account: Account) async throws {
            try await Self.use(as: account) { work, outside in
                let climbing = "../../../../../../../../.." + outside.string
                for name in [climbing, outside.string, "..", "/", "a/../../b", "%2e%2e%2f"] {
                    let outcome = try await work.build(
                        "FROM base\nRUN --mount=type=cache,id=\(name),target=/c ls /c; cat /c/marker; touch /c/new\n")
                    Self.expectUnseen(outcome)
                    #expect(outcome.status == 0, "\(outcome.transcript)")
                }
                #expect(File.names(work.root) == ["base", "context", "outside", "store"])
            }
        }

        // MARK: Where mounts go

        /// CVE-2021-30465, CVE-2024-45310: links of the image at and above the place of a mount.
        @Test(arguments: Account.all)
        func targetsThatAreLinks(account: Account) async throws {
            try await Self.use(as: account) { work, outside in
                let climbing = "../../../../../../../../.." + outside.string
                let outcome = try await work.build(
                    """
                    FROM base
                    RUN ln -s \(outside) /absolute && ln -s \(climbing) /climbing && ln -s /proc/1/root\(outside) /magic
                    RUN --mount=type=cache,target=/absolute touch /absolute/escaped
                    RUN --mount=type=cache,target=/climbing/deep/er touch /climbing/deep/er/escaped
                    RUN --mount=type=tmpfs,target=/absolute touch /absolute/escaped
                    RUN --mount=type=bind,rw,target=/absolute/x touch /absolute/x/escaped
                    WORKDIR /absolute/made
                    RUN touch escaped
                    COPY Dockerfile /climbing/copied
                    RUN test -f \(outside)/copied

                    """)
                #expect(outcome.status == 0, "\(outcome.transcript)")
                let magic = try await work.build(
                    "FROM base\nRUN ln -s /proc/1/root\(outside) /m\nRUN --mount=type=cache,target=/m touch /m/escaped\n"
                )
                Self.expectUnseen(magic)
            }
        }

        /// CVE-2024-23651, CVE-2021-30465, CVE-2025-52565: a step that shares a cache with another one swaps what the other
        /// mounts on, all the time.
        @Test(arguments: Account.all)
        func targetsThatAreSwapped(account: Account) async throws {
            try await Self.use(as: account) { work, outside in
                // The loop ends when the other stage has got through, or by its count.
                let swap = """
                    i=0; cd /c; mkdir -p real/sub; ln -sfn \(outside) link; \
                    while [ $i -lt 1000 ] && [ ! -e done ]; do \
                    mv -T real place && mv -T place real; mv -T link place && mv -T place link; i=$((i+1)); done
                    """
                let victims = (0..<6).map { index in
                    "RUN --mount=type=cache,id=c,target=/c --mount=type=cache,id=w,target=/c/place/sub\(index) "
                        + "touch /c/place/sub\(index)/escaped; true"
                }.joined(separator: "\n")
                let outcome = try await work.build(
                    """
                    FROM base AS swapper
                    RUN --mount=type=cache,id=c,target=/c \(swap)
                    FROM base AS victim
                    \(victims)
                    RUN --mount=type=cache,id=c,target=/c touch /c/done
                    FROM base
                    RUN --mount=from=swapper,target=/s --mount=from=victim,target=/v true

                    """)
                // What was swapped at the wrong moment may fail, and says so; it leads nowhere else.
                #expect(outcome.status == 0 || outcome.errors.contains("cannot mount"), "\(outcome.transcript)")
                Self.expectUnseen(outcome)
            }
        }

        /// CVE-2024-23652: what was made to mount on is removed, and a link leads there.
        @Test(arguments: Account.all)
        func mountPointsThatBecomeLinks(account: Account) async throws {
            try await Self.use(as: account) { work, outside in
                let place = outside.appending("place")
                _ = try await work.tool("mkdir", place.string)
                let image = try await work.buildImage(
                    """
                    FROM base
                    RUN --mount=type=tmpfs,target=/x/place true
                    RUN --mount=type=tmpfs,target=/y/place rm -rf /y && ln -s \(outside) /y || mv /y/place /z; true
                    RUN --mount=type=cache,target=/home/app/place rm -rf /home/app; true
                    """)
                #expect(File.exists(place))
                // Nothing that was only mounted on stays in a layer, but what a step made of it.
                for number in image.manifest.layers.indices {
                    let names = try await image.entries(layer: number)
                    #expect(!names.contains { $0.contains(" x/") || $0.contains("y/place") }, "\(names)")
                }
                _ = try await work.tool("rmdir", place.string)
            }
        }

        // MARK: The kernel's own file systems

        /// CVE-2019-19921, CVE-2023-27561, CVE-2025-31133: an image in which these are links.
        @Test(arguments: ["proc", "dev", "sys"])
        func kernelFileSystemsThatAreLinks(name: String) async throws {
            try await Self.use(as: name == "proc" ? Account.all.last ?? .current : .current) { work, outside in
                for target in [outside.string, "../../../../.." + outside.string, "etc", name] {
                    let scratch = work.root.appending("tree")
                    _ = try await work.tool("mkdir", "-p", scratch.string)
                    _ = try await work.tool("ln", "-sfn", target, "\(scratch)/\(name)")
                    _ = try await work.tool("tar", "-C", scratch.string, "-cf", "\(work.context)/links.tar", name)
                    let outcome = try await work.build(
                        """
                        FROM scratch AS t
                        ADD links.tar /
                        COPY --from=base /bin /bin
                        RUN test -c /dev/null && test ! -s /proc/keys && test ! -s /proc/timer_list \\
                            && ! touch /proc/sys/kernel/core_pattern && ! touch /sys/new && cat /proc/self/status \\
                            && ! ls /sys/firmware/* && echo held

                        """)
                    Self.expectUnseen(outcome)
                    // Either the file systems are where the links lead inside of the image, or the step does not start.
                    #expect(
                        outcome.status == 1 || outcome.errors.contains("held\n"), "\(target): \(outcome.transcript)")
                }
            }
        }

        /// CVE-2025-31133, CVE-2025-52881: files of /proc are covered by the machine's null device, not the image's.
        @Test func nullDeviceOfTheImage() async throws {
            try await Self.use { work, outside in
                let scratch = work.root.appending("tree/dev")
                _ = try await work.tool("mkdir", "-p", scratch.string)
                _ = try await work.tool("ln", "-s", "/proc/sys/kernel/core_pattern", "\(scratch)/null")
                _ = try await work.tool("ln", "-s", "\(outside)/marker", "\(scratch)/console")
                _ = try await work.tool("tar", "-C", "\(work.root)/tree", "-cf", "\(work.context)/dev.tar", "dev")
                let outcome = try await work.build(
                    """
                    FROM base
                    ADD dev.tar /
                    RUN test -c /dev/null && test ! -e /dev/console && test -c /proc/keys && ! echo x >/proc/sys/kernel/core_pattern

                    """)
                #expect(outcome.status == 0, "\(outcome.transcript)")
            }
        }

        /// CVE-2019-16884, CVE-2023-28642: nothing of the Dockerfile's is mounted over /proc.
        @Test(arguments: ["/proc", "/proc/self/attr", "/x/../proc/sys", "//proc/"])
        func mountsOverProc(target: String) async throws {
            try await Self.use { work, _ in
                let outcome = try await work.build("FROM base\nRUN --mount=type=tmpfs,target=\(target) true\n")
                #expect(outcome.status != 0, "\(outcome.transcript)")
                #expect(outcome.errors.contains("invalid mount target"), "\(outcome.transcript)")
                let linked = try await work.build(
                    "FROM base\nRUN ln -s /proc/sys /p\nRUN --mount=type=tmpfs,target=/p ! echo 1 >/proc/sys/kernel/domainname\n"
                )
                Self.expectUnseen(linked)
            }
        }

        /// CVE-2024-9407.
        @Test(arguments: ["shared", "rshared", "slave", "x"])
        func propagation(kind: String) async throws {
            try await Self.use { work, _ in
                let outcome = try await work.build(
                    "FROM base\nRUN --mount=type=bind,target=/m,bind-propagation=\(kind) true\n")
                #expect(outcome.status == 2 && outcome.errors.contains("bind-propagation"), "\(outcome.transcript)")
            }
        }

        // MARK: Files that are read for a step

        /// CVE-2024-9676: the files that a user's name is looked up in are the image's, and may be anything.
        @Test(arguments: [
            "ln -sf /dev/zero /etc/passwd", "ln -sf /proc/self/fd/0 /etc/passwd",
            "rm /etc/passwd && mkfifo /etc/passwd",
            "rm /etc/passwd && mkdir /etc/passwd", "ln -sf passwd /etc/passwd", "truncate -s 300M /etc/passwd",
            "ln -sf OUTSIDE/marker /etc/passwd", "ln -sf ../../../../../../../..OUTSIDE/marker /etc/group",
        ])
        func userDatabases(command: String) async throws {
            try await Self.use { work, outside in
                let made = command.replacing("OUTSIDE", with: outside.string)
                let outcome = try await work.build(
                    "FROM base\nRUN \(made)\nUSER somebody:group\nRUN id\n", limit: .seconds(60))
                #expect(outcome.status == 1, "\(outcome.transcript)")
                Self.expectUnseen(outcome)
            }
        }

        /// CVE-2022-23648: what an image says of volumes makes nobody read or write the machine's files.
        @Test func volumes() async throws {
            try await Self.use { work, outside in
                let outcome = try await work.build(
                    """
                    FROM base
                    RUN ln -s \(outside) /v
                    VOLUME /v /../../..\(outside) \(outside)
                    RUN cat /v/marker .\(outside)/marker; touch /v/new; true

                    """, ["--tag", "t"])
                #expect(outcome.status == 0, "\(outcome.transcript)")
                Self.expectUnseen(outcome)
                let run = try await work.slipway([
                    "run", "t", "/bin/sh", "-c", "cat /v/marker \(outside)/marker; touch /v/new; true",
                ])
                #expect(!run.text.contains("of the host"))
            }
        }

        /// CVE-2021-41091: setuid programs of layers are out of the reach of the machine's other users.
        @Test func layersAreNotForOthers() async throws {
            try await Self.use { work, _ in
                let outcome = try await work.build("FROM base\nRUN chmod 4755 /bin/busybox\n", ["--tag", "t"])
                #expect(outcome.status == 0, "\(outcome.transcript)")
                var path = work.store.appending("layers")
                var isClosed = false
                while path.starts(with: work.store) {
                    if try File.status(path).st_mode & 0o007 == 0 { isClosed = true }
                    path.removeLastComponent()
                }
                #expect(isClosed)
            }
        }
    }
}
