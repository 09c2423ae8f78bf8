import Dockerfile
import Testing

struct GrammarTests {
    @Test func stagesAndGlobalArguments() throws {
        let file = try parse(
            """
            # syntax=docker/dockerfile:1
            # escape=`
            # Base the base
            ARG tag=1
            FROM --platform=$BUILDPLATFORM busybox:${tag} as Build
            RUN a `
              b
            from build
            """)
        #expect(file.directives.syntax?.raw == "docker/dockerfile:1")
        #expect(file.directives.escape == .backtick)
        #expect(file.globalArguments.count == 1)
        #expect(file.stages.map(\.name) == ["build", nil])
        #expect(file.stages[0].from.platform?.raw == "$BUILDPLATFORM")
        #expect(file.stages[0].from.image.raw == "busybox:${tag}")
        #expect(file.stages[0].from.name?.raw == "Build")
        #expect(file.stages[0].instructions[0].text == "RUN a   b")
    }

    @Test(arguments: [
        ("# escape=`\nFROM a", EscapeToken.backtick),
        ("#ESCAPE = `  \nFROM a", .backtick),
        ("\n# escape=`\nFROM a", .backslash),
        ("# a comment\n# escape=`\nFROM a", .backslash),
        ("# unknown=x\n# escape=`\nFROM a", .backslash),
        ("# syntax=x\n# escape=`\nFROM a", .backtick),
        ("#\u{A0}escape=`\nFROM a", .backtick),
    ])
    func escapeDirective(text: String, expected: EscapeToken) throws {
        #expect(try parse(text).directives.escape == expected)
    }

    @Test(arguments: [
        ("RUN echo a\\\n b", "echo a b"),
        ("RUN echo a\\  \t\n b", "echo a b"),
        ("RUN echo a\\\\\n", "echo a\\\\"),
        ("RUN echo a\\\n\n# comment\n  # comment\n b", "echo a b"),
        ("RUN echo a\\", "echo a"),
        ("RUN echo a\\\r\n b\r\n", "echo a b"),
        ("   RUN   echo  a  ", "echo  a"),
        ("RUN\techo a", "echo a"),
        ("\u{A0}RUN echo a", "echo a"),
        ("RUN echo # not a comment", "echo # not a comment"),
        ("RUN [\"a\", \"b\"", "[\"a\", \"b\""),
        ("RUN ['a', 'b']", "['a', 'b']"),
        ("RUN [\"a\"] && b", "[\"a\"] && b"),
        ("RUN [ -f x ]", "[ -f x ]"),
        ("RUN [\"a\", 1", "[\"a\", 1"),
        ("RUN -- --x", "--x"),
    ])
    func shellForm(line: String, expected: String) throws {
        guard case .run(let run) = try instruction(line).body else {
            Issue.record("no RUN")
            return
        }
        #expect(run.invocation == .shell(expected))
    }

    @Test(arguments: [
        (#"RUN ["a","b c"]"#, ["a", "b c"]),
        (#"RUN  [ "a" , "\u00e9\n\"\/" ] "#, ["a", "é\n\"/"]),
        (#"RUN ["\ud83d\ude00","\ud83d"]"#, ["😀", "\u{FFFD}"]),
        ("RUN [\"a\",\\\n\"b\"]", ["a", "b"]),
    ])
    func execForm(line: String, expected: [String]) throws {
        guard case .run(let run) = try instruction(line).body else {
            Issue.record("no RUN")
            return
        }
        #expect(run.invocation == .exec(expected))
    }

    @Test(
        arguments: [
            ("ENV a=b c=\"d e\" f=g\\ h", [["a", "b"], ["c", "\"d e\""], ["f", "g\\ h"]]),
            ("ENV a b  c=d", [["a", "b  c=d"]]),
            ("ENV a=", [["a", ""]]),
            ("ENV a==b", [["a", "=b"]]),
            ("ENV 'a b'=c", [["'a b'", "c"]]),
            ("ENV a=b \\\n   c=d", [["a", "b"], ["c", "d"]]),
            ("ENV a=${X:?x y}", nil),
        ] as [(String, [[String]]?)])
    func pairs(line: String, expected: [[String]]?) throws {
        guard let expected else {
            #expect(parseError("FROM a\n" + line)?.message.contains("can't find =") == true)
            return
        }
        guard case .env(let env) = try instruction(line).body else {
            Issue.record("no ENV")
            return
        }
        #expect(env.pairs.map { [$0.key.raw, $0.value.raw] } == expected)
    }

    @Test func arguments() throws {
        guard case .arg(let arg) = try instruction("ARG a b= c=\"x y\" d=1").body else {
            Issue.record("no ARG")
            return
        }
        #expect(arg.arguments.map(\.name.raw) == ["a", "b", "c", "d"])
        #expect(arg.arguments.map(\.defaultValue?.raw) == [nil, "", "\"x y\"", "1"])
    }

    @Test func copyFlags() throws {
        let line =
            "COPY --from=build --chown=\"a b\":c --chmod=755 --link --parents=false --exclude=*.a --exclude='b c' x y /z"
        guard case .copy(let copy) = try instruction(line).body else {
            Issue.record("no COPY")
            return
        }
        #expect(copy.from?.raw == "build")
        #expect(copy.transfer.chown?.raw == "a b:c")
        #expect(copy.transfer.chmod?.raw == "755")
        #expect(copy.transfer.link)
        #expect(!copy.parents)
        #expect(copy.transfer.excludes.map(\.raw) == ["*.a", "b c"])
        #expect(copy.transfer.destination.raw == "/z")
        #expect(copy.from?.range.start.column == 13)
        #expect(copy.transfer.sources.count == 2)
    }

    @Test func healthcheck() throws {
        let line = "HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=1.5s --retries=3 CMD [\"a\", \"b\"]"
        guard case .healthcheck(let check) = try instruction(line).body else {
            Issue.record("no HEALTHCHECK")
            return
        }
        #expect(check.interval == 90_000_000_000)
        #expect(check.timeout == 500_000_000)
        #expect(check.startPeriod == 1_500_000_000)
        #expect(check.startInterval == 0)
        #expect(check.retries == 3)
        #expect(check.configurationTest == ["CMD", "a", "b"])
    }

    @Test func noHealthcheckTakesAnEmptyArray() throws {
        guard case .healthcheck(let check) = try instruction("HEALTHCHECK NONE [ ]").body else {
            Issue.record("no HEALTHCHECK")
            return
        }
        #expect(check.configurationTest == ["NONE"])
    }

    @Test func exposeIsSorted() throws {
        guard case .expose(let ports) = try instruction("EXPOSE 80 53/udp $P").body else {
            Issue.record("no EXPOSE")
            return
        }
        #expect(ports.map(\.raw) == ["$P", "53/udp", "80"])
    }

    @Test func onBuildKeepsTextAndHeredocs() throws {
        guard case .onBuild(let onBuild) = try instruction("OnBuild  RUN <<EOF cat\nx\nEOF\nRUN y").body else {
            Issue.record("no ONBUILD")
            return
        }
        #expect(onBuild.expression == "RUN <<EOF cat\nx\nEOF")
        guard case .run(let run) = onBuild.trigger.body else {
            Issue.record("no RUN")
            return
        }
        #expect(run.heredocs.first?.content == "x\n")
        let again = try Dockerfile.parseTrigger(onBuild.expression, name: "trigger")
        #expect(again.text == "RUN <<EOF cat")
    }

    @Test(arguments: ["ADD a b\\\t\u{C}\\", "RUN a\\\\  ", "USER a\u{A0}  ", "RUN a  "])
    func triggersAreReadBackAsTheyStand(line: String) throws {
        guard case .onBuild(let onBuild) = try instruction("ONBUILD " + line).body else {
            Issue.record("no ONBUILD")
            return
        }
        let again = try Dockerfile.parseTrigger(onBuild.expression, name: "trigger")
        #expect(contents(of: again.body) == contents(of: onBuild.trigger.body))
    }

    @Test func documentationAndChecks() throws {
        let file = try parse(
            """
            # arg1 the first
            ARG arg1
            #
            # build builds it

            FROM a AS build
            # check=skip=StageNameCasing,Foo
            FROM b AS C
            """)
        guard case .arg(let arg) = file.globalArguments[0].body else {
            Issue.record("no ARG")
            return
        }
        #expect(arg.arguments[0].documentation == "the first")
        #expect(file.stages[0].from.documentation == "builds it")
        #expect(file.stages[1].fromInstruction.checks?.skippedRules == ["StageNameCasing", "Foo"])
    }

    @Test func emptyContinuationsAreNoted() throws {
        #expect(try instruction("RUN a \\\n\n  \n b").emptyContinuations.map(\.start.line) == [3, 4])
    }
}
