import FoundationEssentials
import SystemPackage
import Testing

/// The prepared folder in which the commands of a page run: a home directory, a folder `shop` in it, `slipway` on the PATH, and
/// a registry on a loopback port that stands for Docker Hub, gcr.io and registry.example and has the bases of the page's
/// Dockerfiles, made from Debian packages.
struct BookFolder: Sendable {
    var work: Workspace
    var registry: String
    /// `user:password` where the registry asks for it.
    var credentials: String?

    private var home: FilePath { work.root.appending("home") }

    /// Prepares a folder for a page and lets a test use it.
    static func use(for page: BookPage, _ body: @Sendable @escaping (BookFolder) async throws -> Void) async throws {
        // No page needs root, so none has it where the tests can be somebody else.
        try await Workspace.use(as: Account.all.last ?? .current) { work in
            try await LocalRegistry.use(in: work) { registry in
                let folder = BookFolder(work: work, registry: registry)
                for name in page.baseNames { try await folder.provide(name) }
                try folder.writeSettings()
                try await body(folder)
            }
        }
    }

    /// Runs the page in one shell; the result has what each command printed, and how it ended.
    func run(_ page: BookPage) async throws -> [(command: ShownCommand, printed: [String], status: Int)] {
        let separator = "\u{1E}"
        var script = "exec 2>&1\nmkdir -p \"$HOME/shop\" && cd \"$HOME/shop\" || exit\n"
        for part in page.parts {
            switch part {
            case .file(let name, let text):
                script +=
                    "mkdir -p \"$(dirname '\(name)')\" && cat >'\(name)' <<'END OF THE FILE'\n\(text)END OF THE FILE\n"
                if text.hasPrefix("#!") { script += "chmod +x '\(name)'\n" }
            case .command(let command):
                // What the command before it ended with is still `$?`.
                script += "(exit $status)\n\(command.text)\nstatus=$?\nprintf '\(separator)%s\(separator)' $status\n"
            }
        }
        let program = FilePath(try await Binary.path()).removingLastComponent()
        let path = work.account.environment["PATH"] ?? ""
        let outcome = try await Command(
            program: "bash", arguments: ["--noprofile", "--norc", "-c", "status=0\n" + script],
            environment: [
                "HOME": home.string, "PATH": "\(program):\(path)", "USER": "reader",
                "SLIPWAY_REGISTRIES": settings.string,
            ],
            directory: work.root, account: work.account, limit: .seconds(400)
        ).run()
        let pieces = outcome.text.split(separator: Character(separator), omittingEmptySubsequences: false)
        try #require(
            pieces.count == page.commands.count * 2 + 1, "\(page.name): the shell ended: \(outcome.transcript)")
        return zip(page.commands, 0...).map { command, index in
            var lines = pieces[2 * index].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return (command, lines, Int(pieces[2 * index + 1]) ?? -1)
        }
    }

    /// registries.toml: where those registries are.
    var settings: FilePath { work.root.appending("registries.toml") }

    func writeSettings() throws {
        let rules = ["docker.io", "gcr.io", "ghcr.io", "registry.example"].map {
            "[[registry]]\nprefix = \"\($0)\"\nlocation = \"\(registry)/\($0)\"\ninsecure = true\n"
        }
        try File.write(rules.joined(separator: "\n"), to: settings)
        try File.directory(home)
        guard let (user, group) = try work.account.owner() else { return }
        try FileManager.default.setAttributes(
            [.ownerAccountID: Int(user), .groupOwnerAccountID: Int(group)], ofItemAtPath: home.string)
    }

    /// Puts a stand-in for a public base image into the registry.
    func provide(_ name: String) async throws {
        let layout: String
        if name.hasPrefix("busybox") {
            layout = work.base.string
        } else {
            let made = try await Command(
                program: Repository.top.appending("examples/bases/make-base").string, arguments: [name],
                limit: .seconds(400)
            ).run()
            try #require(made.status == 0, "\(made.transcript)")
            layout = String(made.text.prefix { $0 != "\n" })
        }
        let full = name.contains("/") ? name : "docker.io/library/\(name)"
        let pushed = try await Command(
            program: "skopeo",
            arguments: ["copy", "--dest-tls-verify=false"] + (credentials.map { ["--dest-creds", $0] } ?? [])
                + ["oci:\(layout)", "docker://\(registry)/\(full)"]
        ).run()
        try #require(pushed.status == 0, "\(pushed.transcript)")
    }
}

extension BookPage {
    /// The images that its Dockerfiles start from or copy from, which are those whose names have a tag: others are stages and
    /// contexts.
    var baseNames: [String] {
        var names: Set<String> = []
        for (_, text) in files {
            for line in text.split(separator: "\n") {
                for word in line.split(separator: " ") {
                    let isFrom = line.hasPrefix("FROM ") && !word.hasPrefix("--")
                    let name = isFrom ? word : line.hasPrefix("COPY ") ? word.suffix(after: "--from=") : ""
                    if name.contains(":"), !name.contains("$") { names.insert(String(name)) }
                }
            }
        }
        return names.sorted()
    }
}

extension Substring {
    /// What follows a prefix; empty without it.
    fileprivate func suffix(after prefix: String) -> Substring { hasPrefix(prefix) ? dropFirst(prefix.count) : "" }
}
