/// A parsed Dockerfile: the whole language, from bytes to typed instructions, with nothing evaluated.
///
/// This module is pure. It reads no files and knows no images. A file becomes instructions in three steps:
///
/// 1. `SourceFile` holds the bytes; `LineReader` joins continuation lines into logical lines that remember where each
///    byte came from.
/// 2. `InstructionParser` turns a logical line into an `Instruction`: keyword, flags, operands, heredocs. Words keep
///    their raw text and range, because variables get values only while the stages are planned.
/// 3. `Dockerfile` groups the instructions into global arguments and stages.
///
/// Whoever plans the build then asks an `Expander` for the value of each word, `MountFlag.resolve` for mounts, and the
/// value types in `Values/` for ports, modes, owners, durations and signals. `IgnorePatterns` and `GoPattern` match
/// paths. `Dockerfile.printed()` is the way back to text. Everything that is wrong is a `DockerfileError` with a
/// `Diagnostic` that names the line; what is merely doubtful is found by `DockerfileChecks`.
public struct Dockerfile: Sendable, Hashable {
    /// The text it was parsed from.
    public let source: SourceFile
    /// The directives at the top.
    public let directives: Directives
    /// The `ARG` instructions before the first `FROM`.
    public let globalArguments: [Instruction]
    /// The stages in order; at least one.
    public let stages: [Stage]
    /// The comments and blank lines behind the last instruction, in the form of `Instruction.leadingLines`.
    public let trailingLines: [String]
}
