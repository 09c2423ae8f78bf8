import FoundationEssentials
import SystemPackage
import Testing

/// The programs in `Probe/`, which steps run to find out what they can see and do, and what docker's containers answered.
enum Probe {
    /// The static programs, made once for all tests of this process.
    static func program(_ name: String) async throws -> FilePath { try await made.value.appending(name) }

    private static let made = Task<FilePath, any Error> {
        let directory = FilePath(Binary.bundleDirectory).appending("end-to-end-probe")
        try File.directory(directory)
        let outcome = try await Command(
            program: "sh",
            arguments: [
                "-c",
                """
                set -eu
                cc -static -O1 -o "$2/probe" "$1/probe.c"
                cc -nostdlib -static-pie -fPIE -O1 -fno-stack-protector -o "$2/loader" "$1/loader.c"
                """, "sh", Probe.directory.string, directory.string,
            ]
        ).run()
        guard outcome.status == 0 else { throw TestFailure("cannot make the probe: \(outcome.transcript)") }
        return directory
    }

    private static let directory = Repository.top.appending("Tests/EndToEndTests/Probe")

    /// Puts a program into a workspace's context.
    static func put(_ name: String, as path: String, into work: Workspace) async throws {
        let target = work.context.appending(path)
        try File.directory(target.removingLastComponent())
        try FileManager.default.copyItem(atPath: try await program(name).string, toPath: target.string)
    }

    /// What the probe reports of a step as root and of one as another user; of namespaces, whether they are the machine's.
    static func reports(
        in work: Workspace, _ flags: [String] = [], environment: [String: String] = [:]
    ) async throws -> [(user: String, report: [String: String])] {
        try await put("probe", as: "probe", into: work)
        let outcome = try await work.build(
            """
            FROM base AS t
            COPY probe /
            RUN mkdir -m 777 /out
            RUN ["/probe", "/out/root"]
            USER 1000:0
            RUN ["/probe", "/out/user"]
            FROM scratch
            COPY --from=t /out /

            """, flags + ["--output", "\(work.root)/out"], environment: environment)
        try #require(outcome.status == 0, "\(outcome.transcript)")
        return try ["root", "user"].map { user in
            var report = report(try File.text(work.root.appending("out/\(user)")))
            for (key, value) in report where key.hasPrefix("namespace.") {
                let host = try FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/ns/\(key.dropFirst("namespace.".count))")
                report[key] = value == host ? "host" : "own"
            }
            return (user, report)
        }
    }

    /// What a container of docker answered: `scripts/record-docker-probe`.
    static func recorded(_ user: String) throws -> [String: String] {
        report(try File.text(directory.appending("docker-\(user).txt")))
    }

    /// "key value" lines.
    static func report(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ", maxSplits: 1)
            values[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        return values
    }
}
