import Dockerfile
import Testing

struct HeredocTests {
    @Test(arguments: [
        ("RUN <<EOF\na\nEOF", RunInstruction.Invocation.shell("a\n")),
        ("RUN <<-EOF\n\ta\n\t\tb\n\tEOF", .shell("a\nb\n")),
        ("RUN <<EOF\n#!/bin/x\na\nEOF", .script(name: "EOF", content: "#!/bin/x\na\n")),
        ("RUN << EOF\na\nEOF", .shell("a\n")),
        ("RUN <<'E O'\na\nE O", .shell("a\n")),
        ("RUN cat <<A 3<<B\n1\nA\n2\nB", .shell("cat <<A 3<<B\n1\nA\n2\nB")),
        ("RUN <<-EOF sh\n\ta\n\tEOF", .shell("<<-EOF sh\n\ta\nEOF")),
        ("RUN cat <<<EOF", .shell("cat <<<EOF")),
        ("RUN echo '<<EOF'", .shell("echo '<<EOF'")),
        ("RUN echo \"it's <<EOF\"", .shell("echo \"it's <<EOF\"")),
        ("RUN echo $((1<<2))", .shell("echo $((1<<2))")),
        ("RUN [\"a\", \"<<EOF\"]", .exec(["a", "<<EOF"])),
        ("RUN <<EOF\r\na\r\nEOF\r\n", .shell("a\r\n")),
        ("RUN <<EOF\nEOF", .shell("")),
        ("RUN cat <<\u{B}EOF", .shell("cat <<\u{B}EOF")),
        ("RUN <<\tEOF\na\nEOF", .shell("a\n")),
        ("RUN echo ${x^^} <<EOF\na\nEOF", .shell("echo ${x^^} <<EOF\na\nEOF")),
    ])
    func run(line: String, expected: RunInstruction.Invocation) throws {
        guard case .run(let run) = try instruction(line).body else {
            Issue.record("no RUN")
            return
        }
        #expect(run.invocation == expected)
    }

    @Test func copySourcesInOrder() throws {
        guard
            case .copy(let copy) = try instruction(
                "COPY a <<EOF <<-\"X\" b /dst/\n$one\nEOF\n\ttwo\n\tX\nRUN next"
            ).body
        else {
            Issue.record("no COPY")
            return
        }
        let sources = copy.transfer.sources.map { source -> String in
            switch source {
            case .path(let word): word.raw
            case .heredoc(let heredoc): "\(heredoc.name):\(heredoc.text):\(heredoc.expands)"
            }
        }
        #expect(sources == ["a", "EOF:$one\n:true", "X:two\n:false", "b"])
    }

    @Test(arguments: [
        ("RUN <<EOF\na\n", "unterminated heredoc", 2),
        ("COPY <<EOF /a\n", "unterminated heredoc", 2),
        ("ONBUILD RUN <<EOF\n", "unterminated heredoc", 2),
        ("COPY a <<EOF\nx\nEOF", "cannot accept a heredoc as a destination", 2),
        ("COPY << EOF /a\nx\nEOF", "cannot accept this heredoc", 2),
        ("COPY <<A\\ <<B <<'x y' /d\nx y", "cannot accept this heredoc", 2),
    ])
    func errors(line: String, message: String, number: Int) throws {
        let error = try #require(parseError("FROM a\n" + line))
        #expect(error.message.contains(message))
        #expect(error.diagnostic.range?.start.line == number)
    }

    @Test func onlyWhereAllowed() throws {
        #expect(parseError("FROM a\nCMD cat <<EOF\nx\nEOF")?.message == "unknown instruction: x")
    }
}
