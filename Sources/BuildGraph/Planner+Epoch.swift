public import Dockerfile

/// `SOURCE_DATE_EPOCH`.
extension Planner {
    private static let epochName = "SOURCE_DATE_EPOCH"

    /// What `SOURCE_DATE_EPOCH` of the build arguments or of the global `ARG` means; nil where it is not set or empty. Where
    /// it is no number, whoever knows the time gives it to the planner in ``PlanOptions/sourceDateEpoch``.
    ///
    /// Throws `DockerfileError` for a value that means nothing.
    public func epochSource() throws(DockerfileError) -> EpochSource? {
        var planner = self
        try planner.readGlobalArguments(planner.automaticArguments(targetStage: ""))
        return try planner.readEpochSource()
    }

    /// The value as text: of the command line before that of the Dockerfile.
    private var epochText: String? {
        let text = options.buildArguments[Self.epochName] ?? globalArguments[Self.epochName]
        return text?.isEmpty == true ? nil : text
    }

    /// The time in seconds, once it is known.
    var sourceDateEpoch: Int64? {
        epochText.flatMap { Int64($0) } ?? options.sourceDateEpoch
    }

    /// Puts the time in the place of the context or stage that it comes from, so that stages which declare the argument see
    /// a number.
    mutating func replaceEpoch() {
        guard let text = epochText, Int64(text) == nil else { return }
        let value = options.sourceDateEpoch.map { "\($0)" } ?? ""
        if options.buildArguments[Self.epochName] != nil { options.buildArguments[Self.epochName] = value }
        if globalArguments[Self.epochName] != nil { globalArguments[Self.epochName] = value }
    }

    private func readEpochSource() throws(DockerfileError) -> EpochSource? {
        guard let text = epochText else { return nil }
        if let seconds = Int64(text) { return .seconds(seconds) }
        if text == "context" { return .context(.main) }
        if options.namedContexts[text] != nil { return .context(.named(text)) }
        let name = text.lowercased()
        if let stage = dockerfile.stages.first(where: { $0.name == name }) { return try epochSource(of: stage) }
        let isGiven = options.buildArguments[Self.epochName] != nil
        let range = dockerfile.globalArguments.first { $0.text.contains(Self.epochName) }?.range
        throw error(
            .invalidArgument, "invalid SOURCE_DATE_EPOCH: \(text)",
            help: "give the seconds since 1970-01-01, as `git log -1 --format=%ct` prints them, \"context\", "
                + "or the name of a context or of a stage with one remote ADD",
            at: isGiven ? nil : range)
    }

    /// The remote source of a stage that has nothing else.
    private func epochSource(of stage: Stage) throws(DockerfileError) -> EpochSource {
        func wrong(_ message: String, _ range: SourceRange) -> DockerfileError {
            error(
                .invalidArgument, "SOURCE_DATE_EPOCH stage \(message)",
                help: "write FROM scratch AS \(stage.name ?? "") and one ADD of a URL or a git repository", at: range)
        }
        guard try expandGlobal(stage.from.image) == "scratch" else {
            throw wrong("must use FROM scratch", stage.from.image.range)
        }
        var environment = globalArguments
        environment[Self.epochName] = nil
        var source: EpochSource?
        for instruction in stage.instructions {
            switch instruction.body {
            case .arg(let declaration):
                for argument in declaration.arguments {
                    let name = try expander(environment).expandWord(argument.name)
                    if let given = options.buildArguments[name] {
                        environment[name] = given
                    } else if let word = argument.defaultValue {
                        environment[name] = try expander(environment).expandWord(word)
                    }
                }
            case .add(let add):
                guard source == nil else { throw wrong("must contain exactly one remote ADD", instruction.range) }
                guard case .path(let word)? = add.transfer.sources.first, add.transfer.sources.count == 1 else {
                    throw wrong("must contain exactly one remote ADD source", instruction.range)
                }
                let checksum = try add.checksum.map { word throws(DockerfileError) in
                    try expander(environment).expandWord(word)
                }
                let path = try expander(environment).expandWord(word)
                guard let remote = try remoteSource(path, add, checksum: checksum, word.range) else {
                    throw wrong("source must be a single HTTP(S) or Git ADD", word.range)
                }
                source = .remote(remote.origin, word.range)
            default: throw wrong("may hold no \(instruction.name)", instruction.range)
            }
        }
        guard let source else { throw wrong("must contain exactly one remote ADD", stage.fromInstruction.range) }
        return source
    }
}
