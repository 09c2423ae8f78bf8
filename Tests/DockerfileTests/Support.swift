import Dockerfile
import Testing

/// Parses text as a Dockerfile.
func parse(_ text: String) throws(DockerfileError) -> Dockerfile {
    try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
}

/// Parses `FROM scratch`, then a line, and returns the instruction of that line.
func instruction(_ line: String) throws -> Instruction {
    try #require(try parse("FROM scratch\n" + line).stages[0].instructions.first)
}

/// The error of a Dockerfile; nil if it has none.
func parseError(_ text: String) -> DockerfileError? {
    do {
        _ = try parse(text)
        return nil
    } catch {
        return error
    }
}
