import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// Contexts that change while they are read, or hold what is no file: nothing outside of them is read, and nothing hangs.
    @Suite struct HostileContextTests {
        /// Puts a link to a directory outside in the place of a directory of the context, and back, as fast as it can, with
        /// pauses in which a build may succeed, until a file is there.
        private static let race = """
            import ctypes, os, random, sys, time
            swap = ctypes.CDLL(None).renameat2
            one, other, end = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3]
            while not os.path.exists(end):
                for _ in range(2 * random.randrange(1, 500)): swap(-100, one, -100, other, 2)
                time.sleep(random.random() / 10)
            """

        @Test(arguments: ["COPY . /out", "COPY d /out/d", "COPY d/s/f /out/f", "ADD d/s /out/s", "COPY d* /out/"])
        func linksThatComeAndGo(instruction: String) async throws {
            try await Workspace.use { work in
                try File.write("outside", to: work.root.appending("outside/s/f"))
                try File.write("inside", to: work.context.appending("d/s/f"))
                for number in 0..<50 { try File.write("inside", to: work.context.appending("d/s/n\(number)")) }
                let link = work.context.appending("e")
                #expect(symlink(work.root.appending("outside").string, link.string) == 0)
                try work.write("Dockerfile", "FROM scratch\n\(instruction)\n")
                try File.write(Self.race, to: work.root.appending("race.py"))
                async let racing = Command(
                    program: "python3",
                    arguments: [
                        work.root.appending("race.py").string, work.context.appending("d").string, link.string,
                        work.root.appending("end").string,
                    ]
                ).run()
                var done = 0
                // What is copied whole can be copied at some moment; the end of the test's time is the only limit.
                var number = 0
                while number < 12 || done == 0 && instruction == "COPY . /out" {
                    number += 1
                    let archive = work.root.appending("out-\(number).tar")
                    let outcome = try await work.slipway(
                        [
                            "build", "--no-cache", "--progress", "plain", "-o", "type=tar,dest=\(archive)",
                            work.context.string,
                        ])
                    // That something changed, is gone or is a link at this moment is an error that may happen.
                    #expect([0, 1, 2].contains(outcome.status), "\(outcome.transcript)")
                    if outcome.status != 0 { continue }
                    done += 1
                    let listed = try await work.tool("tar", "-xOf", archive.string)
                    #expect(!listed.text.contains("outside"), "round \(number)")
                }
                try File.write("", to: work.root.appending("end"))
                #expect(try await racing.status == 0)
            }
        }

        /// A link in a context that leads out of it is copied as a link, and never followed.
        @Test(arguments: ["COPY link /out", "COPY link/f /out", "ADD link /out", "COPY l* /out/", "COPY up/f /out"])
        func linksThatLeadOut(instruction: String) async throws {
            try await Workspace.use { work in
                try File.write("outside", to: work.root.appending("outside/f"))
                #expect(symlink(work.root.appending("outside").string, work.context.appending("link").string) == 0)
                #expect(symlink("../outside", work.context.appending("up").string) == 0)
                try work.write("Dockerfile", "FROM scratch\n\(instruction)\n")
                let archive = work.root.appending("out.tar")
                let outcome = try await work.slipway(
                    ["build", "--progress", "plain", "-o", "type=tar,dest=\(archive)", work.context.string])
                #expect([0, 1, 2].contains(outcome.status), "\(outcome.transcript)")
                if outcome.status == 0 {
                    let contents = try await work.tool("tar", "-xOf", archive.string)
                    #expect(!contents.text.contains("outside"))
                }
            }
        }

        /// What is neither file, directory nor link.
        @Test(
            arguments: ["pipe", "socket", "device"], ["COPY . /out/", "COPY odd /out", "ADD odd /out", "COPY o* /out/"])
        func whatIsNoFile(kind: String, instruction: String) async throws {
            try await Workspace.use { work in
                let odd = work.context.appending("odd").string
                switch kind {
                case "pipe": #expect(mkfifo(odd, 0o644) == 0)
                case "socket":
                    let script = "import socket, sys; socket.socket(socket.AF_UNIX).bind('odd')"
                    _ = try await Command(
                        program: "python3", arguments: ["-c", script], directory: work.context
                    ).run()
                default:
                    // Only root can make one; elsewhere this has nothing to say.
                    guard mknod(odd, S_IFCHR | 0o644, makedev(1, 5)) == 0 else { return }
                }
                try #require(File.exists(FilePath(odd)))
                try work.write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n\(instruction)\n")
                let outcome = try await work.slipway(
                    ["build", "--progress", "plain", "-o", "type=local,dest=\(work.root)/out", work.context.string],
                    limit: .seconds(60))
                #expect([0, 1].contains(outcome.status), "\(outcome.transcript)")
                if outcome.status == 1 {
                    #expect(outcome.errors.contains("odd"), "\(outcome.transcript)")
                } else {
                    let made = work.root.appending("out/out").string
                    var status = stat()
                    _ = lstat(made + "/odd", &status) == 0 || lstat(made, &status) == 0
                    // Its contents, which for a device have no end, were not read.
                    #expect(status.st_mode & S_IFMT != S_IFREG || status.st_size == 0)
                }
            }
        }

        /// A Dockerfile or ignore file that is no file.
        @Test(arguments: ["Dockerfile", ".dockerignore"], ["pipe", "directory", "loop", "device"])
        func oddInputFiles(name: String, kind: String) async throws {
            try await Workspace.use { work in
                if name != "Dockerfile" { try work.write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n") }
                let path = work.context.appending(name).string
                switch kind {
                case "pipe": #expect(mkfifo(path, 0o644) == 0)
                case "directory": #expect(mkdir(path, 0o755) == 0)
                case "loop": #expect(symlink(name, path) == 0)
                default: #expect(symlink("/dev/zero", path) == 0)
                }
                let outcome = try await work.slipway(
                    ["build", "--progress", "plain", work.context.string], limit: .seconds(60))
                #expect([0, 1, 2].contains(outcome.status), "\(outcome.transcript)")
                #expect(outcome.status == 0 || outcome.errors.contains("error: "), "\(outcome.transcript)")
            }
        }
    }
}

/// makedev(3) is a macro.
private func makedev(_ major: UInt64, _ minor: UInt64) -> dev_t { dev_t((major << 8) | minor) }
