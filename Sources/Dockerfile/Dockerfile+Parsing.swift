extension Dockerfile {
    /// Parses a whole Dockerfile.
    ///
    /// - Throws: the first thing that is wrong, with its place.
    public init(parsing source: SourceFile) throws(DockerfileError) {
        var parser = try DocumentParser(source)
        try parser.parse()
        let document = parser.document
        if let misplaced = document.preamble.first(where: { !$0.isArgument }) {
            throw DockerfileError(
                .noStage, "no build stage in current context", help: "only ARG may stand before the first FROM",
                at: misplaced.range, in: source)
        }
        guard !document.stages.isEmpty else {
            throw DockerfileError(
                .noStage, "dockerfile contains no stages to build", help: "add FROM <image>",
                at: document.preamble.last?.range, in: source)
        }
        self.init(document, source)
    }

    private init(_ document: DocumentParser.Document, _ source: SourceFile) {
        self.source = source
        directives = document.directives
        globalArguments = document.preamble
        stages = document.stages
        trailingLines = document.trailingLines
    }

    /// What can be read of a file that does not parse. Unlike others it may have no stage.
    static func beginning(of source: SourceFile) -> Dockerfile? {
        guard var parser = try? DocumentParser(source) else { return nil }
        try? parser.parse()
        return Dockerfile(parser.document, source)
    }

    /// Parses an `ONBUILD` trigger as an image configuration stores it. The base image's Dockerfile may have been
    /// written with any escape token; the stored text is read with `\`.
    ///
    /// - Throws: what is wrong, with its place in a source file named `name`.
    public static func parseTrigger(_ text: String, name: String) throws(DockerfileError) -> Instruction {
        let source = SourceFile(name: name, text: text)
        var parser = try DocumentParser(source)
        try parser.parse()
        let document = parser.document
        let instructions = document.preamble + document.stages.flatMap { [$0.fromInstruction] + $0.instructions }
        guard instructions.count == 1 else {
            throw DockerfileError(
                .syntax, "an ONBUILD trigger must be one instruction", at: instructions[1].range, in: source)
        }
        switch instructions[0].body {
        case .from, .maintainer, .onBuild:
            throw DockerfileError(
                .invalidArgument, "\(instructions[0].name) isn't allowed as an ONBUILD trigger",
                at: instructions[0].range, in: source)
        default: return instructions[0]
        }
    }
}

extension Instruction {
    fileprivate var isArgument: Bool {
        if case .arg = body { true } else { false }
    }
}
