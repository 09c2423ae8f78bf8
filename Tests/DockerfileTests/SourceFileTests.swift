import Dockerfile
import Testing

struct SourceFileTests {
    @Test func locations() {
        let file = SourceFile(name: "Dockerfile", text: "FROM a\nRUN é x\n")
        #expect(file.lineCount == 2)
        #expect(file.location(at: 7) == SourceLocation(offset: 7, line: 2, column: 1))
        #expect(file.location(at: 14) == SourceLocation(offset: 14, line: 2, column: 7))
        #expect(file.line(2) == "RUN é x")
        #expect(file.line(9) == "")
    }
}
