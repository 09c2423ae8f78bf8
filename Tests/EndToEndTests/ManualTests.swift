import FoundationEssentials
import SystemPackage
import Testing

extension EndToEnd {
    /// Manual pages and completions as `make install` leaves them, judged by mandoc, man and the shells themselves.
    @Suite struct ManualTests {
        /// What `make install PREFIX=/usr` installs, with a manual made from the program under test; once for all tests.
        private static let installed = Task<FilePath, any Error> {
            let place = FilePath(Binary.bundleDirectory).appending("end-to-end-installed")
            let program = try await Binary.path()
            let script = """
                set -eu
                rm -rf "$2"
                "$1/scripts/make-manual" "$3" "$2/manual"
                make -s -C "$1" install binary="$3" manual="$2/manual" DESTDIR="$2/root" PREFIX=/usr
                """
            let outcome = try await Command(
                program: "sh", arguments: ["-c", script, "sh", Repository.top.string, place.string, program]
            ).run()
            guard outcome.status == 0 else { throw TestFailure("cannot install: \(outcome.transcript)") }
            return place.appending("root/usr")
        }

        @Test func everyCommandHasAPage() async throws {
            try await Workspace.use { work in
                let place = try await Self.installed.value
                let program = try await work.tool(place.appending("bin/slipway").string, "--version")
                #expect(program.text.hasPrefix("slipway version "))
                let pages = place.appending("share/man/man1")
                let names = File.names(pages)
                #expect(names.contains("slipway.1") && names.contains("slipway-cache-export.1"))
                for name in names {
                    let page = pages.appending(name).string
                    let lint = try await Command(
                        program: "mandoc", arguments: ["-T", "lint", "-W", "style", page]
                    ).run()
                    let findings = lint.text.split(separator: "\n").filter {
                        !$0.contains("referenced manual not found") && !$0.contains("outdated mandoc.db")
                    }
                    #expect(findings.isEmpty, "\(findings)")
                    let words = name.dropLast(2).split(separator: "-").dropFirst().map(String.init)
                    let help = try await work.slipway(words + ["--help"], environment: ["COLUMNS": "200"])
                    let shown = try await work.tool(
                        "man", "-l", page, environment: ["MANWIDTH": "200", "MAN_KEEP_FORMATTING": ""])
                    for match in help.text.matches(of: /^  (?:-[A-Za-z], )?(--[a-z-]+)/.anchorsMatchLineEndings()) {
                        #expect(shown.text.contains(match.1), "\(name) has no \(match.1)")
                    }
                }
                let found = try await work.tool("man", "-M", "\(place)/share/man", "-w", "slipway-build")
                #expect(found.text == "\(pages)/slipway-build.1\n")
            }
        }

        /// What is typed before the tabulator key, and what stands on the line then.
        private static let cases = [
            ("slipway bui", "slipway build"), ("slipway build --progr", "slipway build --progress"),
            ("slipway build --progress pl", "slipway build --progress plain"),
            ("slipway build -f Docker", "slipway build -f Dockerfile"),
            ("slipway build --target runt", "slipway build --target runtime"),
            ("slipway cache exp", "slipway cache export"), ("slipway history sho", "slipway history shop:1"),
        ]

        private func prepare(_ work: Workspace) async throws -> [String: String] {
            try File.write("FROM scratch AS build\nFROM scratch AS runtime\n", to: work.root.appending("Dockerfile"))
            let built = try await work.build(
                "FROM base AS build\nFROM scratch AS runtime\nCOPY --from=build /etc/group /\n", ["-t", "shop:1"])
            try #require(built.status == 0, "\(built.transcript)")
            let path = FilePath(try await Binary.path()).removingLastComponent()
            return [
                "SLIPWAY_ROOT": work.store.string, "HOME": work.root.string,
                "PATH": "\(path):\(work.account.environment["PATH"] ?? "")",
            ]
        }

        @Test(arguments: ["bash", "zsh"])
        func theTabulatorKeyCompletes(shell: String) async throws {
            try await Workspace.use { work in
                let share = try await Self.installed.value.appending("share")
                let environment = try await prepare(work)
                let load =
                    shell == "bash"
                    ? "source \(share)/bash-completion/completions/slipway"
                    : "fpath=(\(share)/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -D"
                var steps = ["type=\(load); echo REA''DY\\n", "see=READY"]
                for (typed, _) in Self.cases {
                    // Ctrl-A: what is on the line becomes the argument of echo.
                    steps += ["type=\(typed)\\t", "type=\\x01echo GO''T \\n", "see=GOT slipway"]
                }
                let outcome = try await work.terminal(
                    typing: steps + ["type=exit\\n"], shell,
                    shell == "bash" ? ["--norc", "--noprofile", "-i"] : ["-f", "-i"],
                    environment: environment)
                #expect(outcome.status == 0, "\(outcome.transcript)")
                let lines = outcome.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("GOT slipway") }
                    .map { $0.dropFirst(4).split(separator: " ").joined(separator: " ") }
                #expect(lines == Self.cases.map(\.1), "\(outcome.transcript)")
            }
        }

        @Test func fishCompletes() async throws {
            try await Workspace.use { work in
                let share = try await Self.installed.value.appending("share")
                let environment = try await prepare(work)
                for (typed, expected) in Self.cases {
                    let script = "source \(share)/fish/vendor_completions.d/slipway.fish; complete -C '\(typed)'"
                    let outcome = try await work.tool(
                        "fish", "--no-config", "-c", script, environment: environment)
                    let offered = outcome.text.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
                    #expect(offered.map(String.init) == [expected.split(separator: " ").last.map(String.init)])
                }
            }
        }
    }
}
