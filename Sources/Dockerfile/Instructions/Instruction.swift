/// An instruction of a Dockerfile with its place and everything that was written about it.
public struct Instruction: Sendable, Hashable {
    /// Which instruction, and its parts. Kept apart, so that an array of instructions is moved cheaply while it grows.
    public indirect enum Body: Sendable, Hashable {
        /// `FROM`
        case from(FromInstruction)
        /// `ARG`
        case arg(ArgInstruction)
        /// `ENV`
        case env(EnvInstruction)
        /// `LABEL`
        case label(LabelInstruction)
        /// `MAINTAINER` (deprecated): the author; does not expand.
        case maintainer(Word)
        /// `RUN`
        case run(RunInstruction)
        /// `COPY`
        case copy(CopyInstruction)
        /// `ADD`
        case add(AddInstruction)
        /// `WORKDIR`: the path; expands.
        case workdir(Word)
        /// `USER`: the user; expands.
        case user(Word)
        /// `EXPOSE`: the ports; each expands into words (`expandWords`). See `PortSpecification`.
        case expose([Word])
        /// `VOLUME`: the paths; each expands.
        case volume([Word])
        /// `CMD`
        case cmd(CommandLineForm)
        /// `ENTRYPOINT`
        case entrypoint(CommandLineForm)
        /// `SHELL`: the program and its arguments; they do not expand.
        case shell([Word])
        /// `STOPSIGNAL`: the signal; expands. See `SignalName`.
        case stopSignal(Word)
        /// `HEALTHCHECK`
        case healthcheck(HealthcheckInstruction)
        /// `ONBUILD`
        case onBuild(OnBuildInstruction)
    }

    /// Which instruction, and its parts.
    public var body: Body
    /// The instruction's name as written, for example `From`.
    public var keyword: Word
    /// The whole instruction without the line ending: all continuation lines and the bodies of its heredocs.
    public var range: SourceRange
    /// The instruction on one line: continuation lines joined, comments inside dropped, no heredoc bodies.
    public var text: String
    /// The lines of comment right above, without `#` and blanks; parser directives are not among them.
    public var comments: [String]
    /// The lines between this instruction and the one before: comments from their `#` on, and an empty string for one
    /// or more blank lines. Parser directives are not among them.
    public var leadingLines: [String]
    /// Where the continuation contains blank lines.
    public var emptyContinuations: [SourceRange]
    /// What a `# check=...` comment right above asks for, for this instruction only.
    public var checks: CheckConfiguration?

    /// The instruction's name in capitals, for example `FROM`.
    public var name: String { keyword.raw.uppercased() }
}
