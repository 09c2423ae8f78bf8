import Dockerfile
import Testing

struct ErrorTests {
    /// Each line stands second in a Dockerfile; the message must contain the text and the place must be line 2.
    @Test(arguments: [
        ("FOO bar", "unknown instruction: FOO"),
        ("fntrypoint [\"x\"]", "unknown instruction: fntrypoint"),
        (
            "COPY a",
            "COPY requires at least two arguments, but only one was provided. Destination could not be determined"
        ),
        ("ADD", "ADD requires at least two arguments"),
        ("ENV", "ENV requires at least one argument"),
        ("ENV A", "ENV must have two arguments"),
        ("ENV =x", "ENV names can not be blank"),
        ("ENV a=b c", "Syntax error - can't find = in \"c\". Must be of the form: name=value"),
        ("LABEL A", "LABEL must have two arguments"),
        ("ARG", "ARG requires at least one argument"),
        ("ARG =x", "ARG names can not be blank"),
        ("COPY --foo a b", "unknown flag: --foo"),
        ("COPY --from a b", "missing a value on flag: --from"),
        ("COPY --from=a --from=b c d", "duplicate flag specified: --from"),
        ("COPY --link= a b", "missing a value on flag: --link"),
        ("COPY --link=maybe a b", "expecting boolean value for flag --link, not: maybe"),
        (
            "COPY --from=$X a /b",
            "variable expansion is not supported for --from, define a new stage with FROM using ARG"
        ),
        ("RUN [\"a\", 1]", "when using JSON array syntax, arrays must be comprised of strings only"),
        ("CMD [[\"a\"]]", "when using JSON array syntax"),
        ("RUN []", "RUN requires at least one argument"),
        ("SHELL sh", "SHELL requires the arguments to be in JSON form"),
        ("SHELL []", "SHELL requires at least one argument"),
        ("USER", "USER requires exactly one argument"),
        ("WORKDIR", "WORKDIR requires exactly one argument"),
        ("STOPSIGNAL", "STOPSIGNAL requires exactly one argument"),
        ("MAINTAINER", "MAINTAINER requires exactly one argument"),
        ("EXPOSE", "EXPOSE requires at least one argument"),
        ("VOLUME", "VOLUME requires at least one argument"),
        ("VOLUME [\" \"]", "VOLUME specified can not be an empty string"),
        ("ONBUILD", "ONBUILD requires at least one argument"),
        ("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"),
        ("ONBUILD maintainer x", "MAINTAINER isn't allowed as an ONBUILD trigger"),
        ("ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        ("ONBUILD COPY a", "COPY requires at least two arguments"),
        ("HEALTHCHECK", "HEALTHCHECK requires at least one argument"),
        ("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"),
        ("HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments"),
        ("HEALTHCHECK FOO x", "Unknown type \"FOO\" in HEALTHCHECK (try CMD)"),
        ("HEALTHCHECK --interval=1us CMD x", "Interval \"interval\" cannot be less than 1ms"),
        ("HEALTHCHECK --interval=5 CMD x", "time: missing unit in duration \"5\""),
        ("HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)"),
        ("HEALTHCHECK --retries=x CMD x", "--retries"),
        ("RUN --network=foo x", "invalid network mode \"foo\""),
        ("RUN --security=foo x", "security \"foo\" is not valid"),
        ("RUN --mont=target=/x,type=tmpfs /bin/true", "unknown flag: --mont"),
        ("RUN --mount=from=$x,target=/a b", "'from' doesn't support variable expansion, define alias stage instead"),
        ("RUN --mount=type=\\\"bind b", "failed to parse csv mounts"),
        ("RUN --mount= b", "failed to parse csv mounts"),
        ("RUN --device= b", "failed to parse csv devices"),
        ("HEALTHCHECK NONE [1]", "when using JSON array syntax"),
        ("# then\n \\\n\n", "unknown instruction: nothing follows this continuation line"),
        ("FROM", "FROM requires either one or three arguments"),
        ("FROM a b", "FROM requires either one or three arguments"),
        ("FROM a b c", "FROM requires either one or three arguments"),
        ("FROM a AS 1b", "invalid name for build stage: \"1b\", name can't start with a number or contain symbols"),
        ("FROM a AS b/c", "invalid name for build stage"),
        ("# escape=x\nFROM b AS", "FROM requires either one or three arguments"),
    ])
    func messages(line: String, message: String) throws {
        let error = try #require(parseError("FROM scratch\n" + line))
        #expect(error.message.contains(message))
        let expected = line.hasPrefix("#") ? 3 : 2
        #expect(error.diagnostic.range?.start.line == expected)
        #expect(error.description.contains("Dockerfile:\(expected):"))
    }

    @Test(arguments: [
        ("", "file with no instructions"),
        ("# only\n\n# comments\n", "file with no instructions"),
        ("\\\n", "unknown instruction: nothing follows this continuation line"),
        ("RUN x", "no build stage in current context"),
        ("ARG x", "dockerfile contains no stages to build"),
        ("# escape=x\nFROM a", "invalid escape token 'x' does not match ` or \\"),
        ("# syntax=a\n# syntax=b\nFROM a", "only one syntax parser directive can be used"),
        ("# check=foo=bar\nFROM a", "invalid check option \"foo\""),
        ("# check=skip\nFROM a", "invalid check option \"skip\""),
        ("# check=error=maybe\nFROM a", "failed to parse check option"),
        ("FROM a\u{0}b", "NUL byte"),
        ("FROM " + String(repeating: "a", count: 65536), "dockerfile line greater than max allowed size of 65535"),
    ])
    func wholeFiles(text: String, message: String) throws {
        #expect(try #require(parseError(text)).message.contains(message))
    }

    @Test(
        arguments: [
            ([0xFF, 0xFE, 0x46, 0x00], "UTF-16"),
            ([0x1F, 0x8B, 0x08, 0x00], "gzip"),
            ([0x7F, 0x45, 0x4C, 0x46, 0x02, 0x00], "NUL"),
            ([0x46, 0xC3, 0x28], "not valid UTF-8: byte 0xc3"),
            ([0x46, 0xED, 0xA0, 0x80], "not valid UTF-8: byte 0xed"),
            ([0x46, 0xF4, 0x90, 0x80, 0x80], "not valid UTF-8: byte 0xf4"),
            ([0x46, 0xE2, 0x82], "not valid UTF-8: byte 0xe2"),
            ([0x46, 0xC0, 0x80], "not valid UTF-8: byte 0xc0"),
        ] as [([UInt8], String)])
    func notText(bytes: [UInt8], message: String) {
        let error = #expect(throws: DockerfileError.self) {
            try Dockerfile(parsing: SourceFile(name: "Dockerfile", bytes: bytes))
        }
        #expect(error?.message.contains(message) == true)
    }

    @Test func longestLineIsAccepted() throws {
        _ = try parse("FROM a\nRUN " + String(repeating: "a", count: 65531))
    }

    @Test func suggestions() {
        #expect(parseError("FROM a\nCOPPY a b")?.diagnostic.help == "did you mean COPY?")
        #expect(parseError("FROM a\nCOPY --chon=x a b")?.diagnostic.help == "did you mean --chown?")
        #expect(parseError("FROM\u{A0}a")?.diagnostic.help?.contains("not an ASCII blank") == true)
    }
}
