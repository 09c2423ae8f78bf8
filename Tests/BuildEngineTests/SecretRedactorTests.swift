import Sandbox
import Synchronization
import Testing

@testable import BuildEngine

/// Secrets do not get from what a step prints into anything that is shown or kept.
@Suite struct SecretRedactorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var secrets: [String]
        var output: String
        var shown: String
    }

    static let cases: [Case] = [
        Case(testDescription: "none", secrets: [], output: "hunter2", shown: "hunter2"),
        Case(testDescription: "one", secrets: ["hunter2"], output: "pw=hunter2;", shown: "pw=***;"),
        Case(testDescription: "at the start and the end", secrets: ["abcd"], output: "abcd-abcd", shown: "***-***"),
        Case(testDescription: "twice in a row", secrets: ["abcd"], output: "abcdabcd", shown: "***"),
        Case(testDescription: "overlapping itself", secrets: ["abab"], output: "xababab.", shown: "x***."),
        Case(
            testDescription: "two that overlap", secrets: ["abcdef", "efghij"], output: "1abcdefghij2", shown: "1***2"),
        Case(testDescription: "one in another", secrets: ["bcde", "abcdefgh"], output: "abcdefgh", shown: "***"),
        Case(
            testDescription: "only the inner one", secrets: ["bcde", "abcdefgh"], output: "abcdefg!", shown: "a***fg!"),
        Case(
            testDescription: "a prefix of another", secrets: ["token", "token-long"], output: "token-lo",
            shown: "***-lo"),
        Case(testDescription: "the longer one", secrets: ["token", "token-long"], output: "token-long", shown: "***"),
        Case(testDescription: "begins again", secrets: ["aaab"], output: "aaaaaab", shown: "aaa***"),
        Case(testDescription: "not whole", secrets: ["hunter2"], output: "hunter", shown: "hunter"),
        Case(testDescription: "too short", secrets: ["abc"], output: "abcabc", shown: "abcabc"),
        Case(testDescription: "empty", secrets: ["", "\n\n"], output: "a\n\nb", shown: "a\n\nb"),
        Case(testDescription: "as long as is looked for", secrets: ["abcd"], output: "abcd", shown: "***"),
        Case(testDescription: "line end of the file", secrets: ["hunter2\n"], output: "hunter2\nx", shown: "***\nx"),
        Case(testDescription: "lines", secrets: ["first\nsecond\n"], output: "second, first", shown: "***, ***"),
        Case(
            testDescription: "lines with other ends", secrets: ["first\nsecond\n"], output: "first\r\nsecond\r\n",
            shown: "***\r\n***\r\n"),
        Case(testDescription: "the whole", secrets: ["first\nsecond\n"], output: "first\nsecond\n", shown: "***\n"),
        Case(testDescription: "short lines", secrets: ["ab\ncd\nef"], output: "ab\ncd\nef; ab", shown: "***; ab"),
        Case(testDescription: "indented", secrets: ["{\n  \"key\": 1\n}"], output: "\"key\": 1", shown: "***"),
    ]

    /// Wherever the output is cut into pieces.
    @Test(arguments: cases) func hides(_ test: Case) {
        let output = Array(test.output.utf8)
        for size in 1...max(1, output.count) {
            #expect(Self.redact(output, test.secrets, pieces: size) == test.shown, "pieces of \(size)")
        }
        for cut in 0...output.count {
            let shown = Self.redact([Array(output[..<cut]), Array(output[cut...])], test.secrets)
            #expect(shown == test.shown, "cut at \(cut)")
        }
    }

    private static func redact(_ output: [UInt8], _ secrets: [String], pieces size: Int) -> String {
        redact(
            stride(from: 0, to: output.count, by: size).map { Array(output[$0..<min($0 + size, output.count)]) },
            secrets)
    }

    private static func redact(_ pieces: [[UInt8]], _ secrets: [String]) -> String {
        let shown = Mutex<[UInt8]>([])
        let output = RedactedOutput(hiding: secrets.map { Array($0.utf8) }) { _, bytes in
            shown.withLock { $0 += bytes }
        }
        for piece in pieces { output.append(.standardOutput, piece) }
        output.finish()
        return shown.withLock { String(decoding: $0, as: UTF8.self) }
    }

    /// Random output over few letters, compared with the definition: each byte of each occurrence is gone.
    @Test func isWhatItIsDefinedAs() {
        var random = SystemRandomNumberGenerator()
        func text(_ count: Int) -> String {
            String((0..<count).map { _ in "abc".randomElement(using: &random) ?? "a" })
        }
        for _ in 0..<300 {
            let secrets = (0..<Int.random(in: 1...4)).map { _ in text(.random(in: 4...8)) }
            let output = text(.random(in: 0...60))
            #expect(
                Self.redact(Array(output.utf8), secrets, pieces: .random(in: 1...7)) == Self.expected(output, secrets),
                "\(secrets) in \(output)")
        }
    }

    private static func expected(_ text: String, _ secrets: [String]) -> String {
        let text = Array(text)
        var hidden = [Bool](repeating: false, count: text.count)
        for secret in secrets.map(Array.init) where secret.count <= text.count {
            for start in 0...(text.count - secret.count) where Array(text[start..<start + secret.count]) == secret {
                for index in start..<start + secret.count { hidden[index] = true }
            }
        }
        var result = ""
        for index in text.indices {
            if !hidden[index] {
                result.append(text[index])
            } else if index == 0 || !hidden[index - 1] {
                result += "***"
            }
        }
        return result
    }

    /// The two streams of a process have nothing to do with each other.
    @Test func streamsAreApart() {
        let shown = Mutex<[SandboxOutput: String]>([:])
        let output = RedactedOutput(hiding: [Array("hunter2".utf8)]) { stream, bytes in
            shown.withLock { $0[stream, default: ""] += String(decoding: bytes, as: UTF8.self) }
        }
        output.append(.standardOutput, Array("hun".utf8))
        output.append(.standardError, Array("hunter2 and hun".utf8))
        output.append(.standardOutput, Array("ter2!".utf8))
        output.finish()
        #expect(shown.withLock { $0 } == [.standardOutput: "***!", .standardError: "*** and hun"])
    }

    /// A prompt is shown at once: only what may be the beginning of a secret waits.
    @Test func doesNotWaitForNothing() throws {
        var redactor = SecretRedactor(try #require(SecretAutomaton([Array("hunter2".utf8)])))
        #expect(redactor.redact(Array("name: ".utf8)) == Array("name: ".utf8))
        #expect(redactor.redact(Array("ah".utf8)) == Array("a".utf8))
        #expect(redactor.redact(Array("a".utf8)) == Array("ha".utf8))
        #expect(redactor.finish() == [])
    }

    /// The largest secret there can be, of many lines that begin alike.
    @Test func large() {
        let lines = (0..<20_000).map { "key-of-the-vault-\($0)" }
        let output = (0..<20_000).map { $0.isMultiple(of: 2) ? lines[$0] : "keep \($0)" }.joined(separator: "\n")
        let shown = Self.redact(Array(output.utf8), [lines.joined(separator: "\n")], pieces: 4096)
        #expect(!shown.contains("vault"))
        #expect(shown.split(separator: "\n").count == 20_000)
    }
}
