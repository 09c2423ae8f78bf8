#if canImport(Glibc)
    import Glibc
#endif

/// Times the parser: 10,000 instructions of all kinds. Compiled together with the Dockerfile module by Benchmarks/run.
@main
struct ParseBenchmark {
    static let instructionCount = 10_000

    /// What real Dockerfiles consist of; repeated until there are enough.
    static let lines = [
        "RUN apt-get update && \\\n    apt-get install -y --no-install-recommends curl ca-certificates && \\\n"
            + "    rm -rf /var/lib/apt/lists/*",
        "COPY --from=build --chown=1000:1000 /src/out/app /usr/local/bin/app",
        "ENV PATH=/opt/bin:$PATH LANG=C.UTF-8 GREETING=\"hello ${NAME:-world}\"",
        "RUN --mount=type=cache,target=/root/.cache --mount=type=secret,id=token make -j4 all",
        "# a comment\nARG VERSION=1.2.3",
        "WORKDIR /srv/app",
        "LABEL org.opencontainers.image.source=\"https://example.com/x\" maintainer='someone'",
        "COPY package.json package-lock.json ./",
        "RUN <<EOF\nset -e\necho one\necho two\nEOF",
        "CMD [\"/usr/local/bin/app\", \"--listen\", \"0.0.0.0:8080\"]",
        "EXPOSE 8080 9090/udp",
        "HEALTHCHECK --interval=30s --timeout=3s CMD curl -f http://localhost/ || exit 1",
    ]

    static func main() throws {
        var text = "FROM debian:bookworm AS build\n"
        for index in 1..<instructionCount { text += lines[index % lines.count] + "\n\n" }
        let bytes = Array(text.utf8)
        var seconds: [Double] = []
        for _ in 0..<9 {
            // Processor time, so that other work on the machine counts less.
            let start = clock()
            let file = try Dockerfile(parsing: SourceFile(name: "Dockerfile", bytes: bytes))
            let end = clock()
            guard file.stages[0].instructions.count == instructionCount - 1 else {
                throw Failure(description: "instructions are missing")
            }
            seconds.append(Double(end - start) / Double(CLOCKS_PER_SEC))
        }
        print(seconds.sorted()[seconds.count / 2])
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}
