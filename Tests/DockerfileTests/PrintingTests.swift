import Dockerfile
import Testing

struct PrintingTests {
    /// Parsing what was printed gives the same, and printing that gives the same text.
    static func checkRoundTrip(_ text: String) throws {
        let file = try parse(text)
        let printed = file.printed()
        let again = try parse(printed)
        #expect(contents(of: again) == contents(of: file), "\(text)\n->\n\(printed)")
        #expect(again.printed() == printed)
    }

    @Test(arguments: tutorialDockerfiles)
    func tutorials(text: String) throws { try Self.checkRoundTrip(text) }

    /// Texts that are easily printed wrong.
    @Test(arguments: [
        "FROM a\nRUN a\\\u{B}\nRUN b", "FROM a\nCOPY a\\\\ b\\\\\n", "FROM a\nCOPY <<\u{B}b c", "FROM a\nCOPY << <<X c",
        "FROM a\nCOPY \\  <<X c\nX", "FROM a\nCOPY \\ <<X c",
        "FROM a\nCOPY <<\u{B}<<X c\nX",
        "FROM a\nCOPY << 3<<X c",
        "FROM a\nCOPY [\"\t\", \"b\"]",
        "FROM a\nCOPY -- --from=x y", "FROM a\nCOPY --chown=\"\\\"x y'\" a b", "FROM a\nCOPY --chown='a\u{A0}b' c d",
        "# escape=`\nFROM a\nCOPY --chown=\"`\"``\" c\\ d", "FROM a\nADD --keep-git-dir=false --unpack=true --link a b",
        "FROM a\nRUN --mount=\"\\\"type=bind\\\",target=/x\" b", "FROM a\nRUN --mount='\"a,b\",\"c\"\"d\"' b",
        "FROM a\nRUN --device=name=name=x,required --device=a=b --device=required b", "FROM a\nRUN --mount=\\\"\\\" b",
        "FROM a\nHEALTHCHECK --interval=1h1ms --timeout=3000001ns --retries=2 CMD [\"a\"]", "FROM a\nHEALTHCHECK NONE",
        "FROM a\nVOLUME [\"a b\"]", "FROM a\nVOLUME [x", "FROM a\nVOLUME [\"[\"]", "FROM a\nCMD",
        "FROM a\nCMD []\nENTRYPOINT [",
        "FROM a\nONBUILD RUN a  \nONBUILD COPY <<A <<-'B' /c/\n1\nA\n\t2\n\tB", "FROM a\nONBUILD -- ENV a  b",
        "FROM a\nONBUILD ADD a b\\\t\\", "FROM a\nONBUILD USER a\u{A0}  ", "FROM a\nONBUILD ADD a b\\\t\u{C}\\",
        "FROM a\nONBUILD RUN a\\\\  ",
        "FROM a\nENV a  'b  c",
        "FROM a\nENV a=b\\ \\\u{C}", "# escape=`\nFROM a\nARG a=\"b\t`\u{B}", "FROM a\nLABEL a=b \"c=d\u{3000}\\\u{C}",
        "FROM a\nLABEL a\\ \tb=c", "FROM a\nENV a\\\\ \tb=c", "# escape=`\nFROM a\nENV a` \tb=c",
        "FROM a\nENV a=b\\ c \"d\"='e' f=\"\\\"\" g=\\\u{B}", "FROM a\nLABEL a=b #c=d",
        "FROM a\nARG a b= c='d e' \"f\"",
        "\n# escape=`\nFROM a",
        "# syntax=a b\n# check=skip=all\n#escape = `\n\n# c\n#\n# d\nFROM a AS b\n\n\n# e\n#f\n",
        "# unknown=x\n# escape=`\nFROM a\n  # tail", "FROM a\nRUN a \\\n  b  # c \\\n  d 'e   f' \\\n # x\n  g",
        "FROM a\nCMD [\"\\u0000\\n\\\"\", \"\\u00e9\\ud83d\\ude00\"]\nSHELL [\"a\",\"b\"]",
        "FROM a\nEXPOSE 80 53/udp $A\nSTOPSIGNAL -- --x",
        "FROM a\r\nRUN <<E cat\r\nx\r\nE\r\nUSER b\r\n", "FROM a\nMAINTAINER a  b\nWORKDIR 'c  d\n",
        "FROM a\nEXPOSE a\\\u{C}", "FROM a\nEXPOSE b \u{3000} a",
        "FROM --platform=$BUILDPLATFORM a as b", "ARG a\n# a b\nARG b=c\nfrom a",
    ])
    func roundTrips(text: String) throws { try Self.checkRoundTrip(text) }

    @Test(arguments: [
        (
            "RUN  apt-get update && \\\n    apt-get install -y curl \\\n # why\n    && rm -rf /x",
            "RUN apt-get update && \\\n    apt-get install -y curl \\\n    && rm -rf /x\n"
        ),
        ("CMD [ \"a\",\"b c\" ]", "CMD [\"a\", \"b c\"]\n"),
        ("COPY   --link=true  --chown=\"a b\" x   y", "COPY --chown=\"a b\" --link x y\n"),
        ("COPY <<A <<-\"B\" /d/\n1\nA\n\t2\n\tB", "COPY <<A <<-\"B\" /d/\n1\nA\n\t2\nB\n"),
        ("HEALTHCHECK --interval=90s CMD   a  b", "HEALTHCHECK --interval=1m30s CMD a \\\n b\n"),
        (
            "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=bind,target=/src,source=app make all",
            """
            RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
                --mount=type=bind,target=/src,source=app \\
                make all

            """
        ),
        (
            "ENV A=\(String(repeating: "a", count: 60)) B=\(String(repeating: "b", count: 60)) C=d",
            """
            ENV A=\(String(repeating: "a", count: 60)) \\
                B=\(String(repeating: "b", count: 60)) \\
                C=d

            """
        ),
    ])
    func style(line: String, expected: String) throws {
        #expect(try instruction(line).printed(escape: .backslash) == expected)
    }

    @Test func longLinesAreCut() throws {
        let words = String(repeating: "word 'é\u{20AC}' \\\n", count: 20_000)
        let text = "FROM a\nRUN " + words + "end\nENV a=" + String(repeating: "x\\\n", count: 100_000) + "y\n"
        try Self.checkRoundTrip(text)
    }
}
