import FoundationEssentials
import Glibc
import SystemPackage
import Testing

extension EndToEnd {
    /// What steps print is kept whole, whatever becomes of the build, and without secrets.
    @Suite struct LogsTests {
        @Test(arguments: Account.all) func whole(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let outcome = try await work.build(
                    "FROM base\nRUN echo before\nRUN seq 100001 150000 | sed 's/.*/&&&&&&&&&&/'; printf 'no end' >&2; exit 3\n",
                    ["--tag", "x"])
                #expect(outcome.status == 1)
                #expect(
                    outcome.errors.contains("note: slipway logs 1 --failed shows the whole output (50001 lines)"),
                    "\(outcome.errors.suffix(2000))")
                let log = try await work.slipway(["logs", "--failed"])
                #expect(log.status == 0)
                // More than the 2 MiB after which BuildKit leaves out what a step prints.
                let expected = (100_001...150_000).map { String(repeating: "\($0)", count: 10) + "\n" }.joined()
                #expect(log.text.hasPrefix("100001100001") && log.output.count == expected.utf8.count + 6)
                #expect(log.text.replacing("no end", with: "") == expected)
                // The same file, read by others.
                let raw = try await work.tool("tail", "-n", "1", "\(work.store)/builds/1/2.log")
                #expect(raw.text.contains(" end F {\"message\":\"process "), "\(raw.text)")
            }
        }

        @Test func selection() async throws {
            try await Workspace.use { work in
                let first = try await work.build(
                    "FROM base\nRUN echo one; echo two >&2\nRUN echo three\n", ["-t", "x"])
                try #require(first.status == 0, "\(first.transcript)")
                // A build that is cached has executed nothing, and is no build with logs.
                _ = try await work.build("FROM base\nRUN echo one; echo two >&2\nRUN echo three\n", ["-t", "x"])
                _ = try await work.build("FROM base\nRUN echo one; echo two >&2\nRUN false\n")
                func logs(_ arguments: String...) async throws -> Command.Outcome {
                    try await work.slipway(["logs"] + arguments)
                }
                #expect(try await logs("1", "--step", "2").text == "three\n")
                #expect(try await logs("x", "--step", "1").status == 1)
                #expect(try await logs("1", "--step", "run echo thr").text == "three\n")
                #expect(try await logs("--failed").text.isEmpty)
                let all = try await logs("1").text
                #expect(
                    all.hasPrefix("#1 [2/3] RUN echo one; echo two >&2\n#1 ") && all.contains(" one\n#1 "), "\(all)")
                #expect(all.contains(" three\n#2 DONE "), "\(all)")
                let times = try await logs("1", "--step", "1", "-t").text.split(separator: "\n")
                #expect(times.count == 2 && times.allSatisfy { $0.hasPrefix("20") && $0.contains("Z ") }, "\(times)")
                let objects = try await logs("1", "--step", "1", "--json").text.split(separator: "\n")
                for object in objects {
                    let entry = try JSONDecoder().decode([String: JSONText].self, from: Data(object.utf8))
                    #expect(entry["step"]?.text == "1" && entry["build"]?.text == "1")
                    #expect(entry["log"]?.text == (entry["stream"]?.text == "stderr" ? "two\n" : "one\n"))
                }
                #expect(objects.count == 2)
                let list = try await logs("--list").text.split(separator: "\n").map { $0.split(separator: " ") }
                #expect(list.dropFirst().map(\.first) == ["3", "1"], "\(list)")
                for (arguments, message) in [
                    (["nope"], "there is no build nope"), (["1", "--step", "9"], "no log of a step 9"),
                    (["1", "--failed"], "no step of build 1 failed"),
                ] {
                    let refused = try await work.slipway(["logs"] + arguments)
                    #expect(refused.status == 1 && refused.errors.contains(message), "\(refused.transcript)")
                }
                let usage = try await work.slipway(["du", "--format", "json", "--filter", "type=build.log"])
                #expect(usage.text.split(separator: "\n").count == 2, "\(usage.text)")
                _ = try await work.slipway(["prune", "--force", "--filter", "type=build.log"])
                #expect(try await logs("--list").text.split(separator: "\n").count == 1)
                #expect(try await work.slipway(["doctor"]).status == 0)
                #expect(try await logs().status == 1)
            }
        }

        /// A build that is killed keeps what it printed up to there.
        @Test(arguments: Account.all) func killed(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let mark = InterruptTests.mark()
                let script = "printf 'in-the-' && echo middle && (sleep \(mark) & sleep \(mark))"
                let outcome = try await work.build("FROM base\nRUN echo early >/early\nRUN \(script)\n") { process in
                    try await process.waitForError("in-the-middle")
                    process.send(SIGKILL)
                }
                #expect(outcome.status == 128 + 9)
                // The launcher has the lock until it has cleaned up.
                let isOver = try await eventually(.seconds(20)) {
                    try await work.slipway(["logs", "--list"]).text.contains(" killed ")
                }
                #expect(isOver)
                let log = try await work.slipway(["logs", "1"]).text
                #expect(log.contains("in-the-middle\n#2 NOT ENDED\n"), "\(log)")
                #expect(try await work.slipway(["explain"]).errors.contains("no build is recorded"))
                let next = try await work.build("FROM base\nRUN echo next\n", ["-t", "next"])
                #expect(next.status == 0, "\(next.transcript)")
                #expect(try await work.slipway(["logs", "next"]).text.contains(" next\n"))
                #expect(try await work.slipway(["doctor"]).status == 0)
            }
        }

        /// Secrets are in nothing that a build shows or leaves, however a step prints them.
        @Test(arguments: Account.all) func secrets(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let dockerfile = """
                    FROM base
                    RUN --mount=type=secret,id=file --mount=type=secret,id=value,env=VALUE <<EOF
                    cat /run/secrets/file
                    sed 's/^/> /' /run/secrets/file >&2
                    printf 'xx-val'; sleep 0.3; echo 'ue-of-vari''able-yy'
                    echo "$VALUE$VALUE"
                    for i in $(seq 30); do echo "$VALUE $i"; done
                    exit 5
                    EOF
                    """
                let secret = work.root.appending("secret")
                try File.write("first-line-of-it\nab\nlast-line-of-it\n", to: secret, mode: 0o644)
                for progress in ["plain", "rawjson", "quiet"] {
                    let flags = [
                        "--secret", "id=file,src=\(secret)", "--secret", "id=value,env=VALUE", "--on-error", "keep",
                        "--progress", progress,
                    ]
                    let outcome = try await work.build(
                        dockerfile, flags, environment: ["VALUE": "value-of-variable"])
                    #expect(outcome.status == 1)
                    var shown = outcome.errors + outcome.text
                    for line in outcome.errors.split(separator: "\n") where progress == "rawjson" {
                        // Pieces of output are in base64.
                        for word in line.split(separator: "\"").compactMap({ Data(base64Encoded: String($0)) }) {
                            shown += String(decoding: word, as: UTF8.self)
                        }
                    }
                    #expect(progress == "quiet" || shown.contains("***"))
                    for word in ["value-of-variable", "first-line-of", "last-line-of"] {
                        #expect(!shown.contains(word), "\(progress): \(shown)")
                        let found = try await Command(
                            program: "grep", arguments: ["-rlaF", word, work.store.string], account: account
                        ).run()
                        #expect(found.status == 1 && found.text.isEmpty, "\(word) is in \(found.text)")
                    }
                }
                let log = try await work.slipway(["logs", "--failed"]).text
                #expect(log.contains("xx-***-yy\n***\n*** 1\n"), "\(log)")
            }
        }

        // MARK: Time limits

        @Test(arguments: Account.all) func timeout(account: Account) async throws {
            try await Workspace.use(as: account) { work in
                let mark = InterruptTests.mark()
                let dockerfile = "FROM base\nRUN echo fine\nRUN echo begun && (setsid sleep \(mark) & sleep \(mark))\n"
                let outcome = try await work.build(dockerfile, ["--step-timeout", "2s"])
                #expect(outcome.status == 1)
                #expect(Traces.processes(mark: "\(mark)") == [])
                for text in [
                    "did not end within 2s, which --step-timeout gives it", "--> Dockerfile:3:1",
                    "3 | RUN echo begun && (setsid sleep", "help: give it longer with --step-timeout",
                ] { #expect(outcome.errors.contains(text), "\(outcome.transcript)") }
                #expect(try await work.slipway(["explain"]).text.contains("did not end within 2s"))
                #expect(try await work.slipway(["logs", "--failed"]).text == "begun\n")
                let json = try await work.build(dockerfile, ["--step-timeout", "1s", "--progress", "rawjson"])
                #expect(json.errors.contains("\"code\":\"process-timed-out\""), "\(json.errors)")
                // What was done with one limit is cached for another, or for none.
                #expect(!json.errors.contains(Data("fine\n".utf8).base64EncodedString()))
                let more = try await work.build("FROM base\nRUN echo fine\n", ["--step-timeout", "0"])
                #expect(PlainProgress(more.errors).executed == [], "\(more.errors)")
            }
        }

        @Test(arguments: ["-1s", "5", "soon", "1d"]) func invalidTimeout(text: String) async throws {
            try await Workspace.use { work in
                let outcome = try await work.build("FROM base\n", ["--step-timeout", text])
                #expect(outcome.status == 2 && outcome.errors.contains("is no length of time"), "\(outcome.transcript)")
            }
        }
    }
}

/// A text or a number of a JSON document, as text.
private struct JSONText: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            text = "\(number)"
        } else {
            text = try container.decode(String.self)
        }
    }
}
