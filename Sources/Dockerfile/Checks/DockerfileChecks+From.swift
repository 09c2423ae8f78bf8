/// The rules about `FROM` and the arguments it uses. They need the values of the global arguments.
extension DockerfileChecks {
    /// `UndefinedArgInFrom` for the variables that expanding a word of `FROM` did not find. `known` are the names of all
    /// global and automatic arguments; one that is declared without a value is not undefined.
    public func undeclaredArguments(_ expansion: Expansion, in stage: Stage, known: [String]) -> [Diagnostic] {
        expansion.undefined.subtracting(known).sorted().flatMap { name in
            let suggestion = Suggestion.closest(to: name, among: known).map { " (did you mean \($0)?)" } ?? ""
            return finding(
                .undefinedArgInFrom, "FROM argument '\(name)' is not declared\(suggestion)", in: stage.fromInstruction)
        }
    }

    /// `RedundantTargetPlatform` for `FROM --platform`, given what its value expands to and `TARGETPLATFORM`.
    public func redundantTargetPlatform(
        _ expansion: Expansion, in stage: Stage, targetPlatform: String?
    ) -> [Diagnostic] {
        guard let word = stage.from.platform, expansion.used == ["TARGETPLATFORM"], expansion.undefined.isEmpty,
            expansion.text == targetPlatform
        else { return [] }
        return finding(
            .redundantTargetPlatform,
            "Setting platform to predefined \(word.raw) in FROM is redundant as this is the default behavior",
            in: stage.fromInstruction)
    }

    /// `FromPlatformFlagConstDisallowed` for `FROM --platform`, given what its value expands to and the operating system
    /// and architecture that this names. A stage that has one of them in its name is meant to be for that platform.
    public func constantPlatform(
        _ expansion: Expansion, os: String, architecture: String, in stage: Stage
    ) -> [Diagnostic] {
        guard expansion.used.isEmpty, expansion.undefined.isEmpty else { return [] }
        let name = stage.name ?? ""
        guard !name.contains(os), !name.contains(architecture) else { return [] }
        return finding(
            .fromPlatformFlagConstDisallowed,
            "FROM --platform flag should not use constant value \(expansion.text.quotedForMessage)",
            in: stage.fromInstruction)
    }

    /// `InvalidDefaultArgInFrom` for a stage whose base has no valid name when no build argument is given.
    public func invalidDefaultArgument(in stage: Stage) -> [Diagnostic] {
        finding(
            .invalidDefaultArgInFrom,
            "Default value for ARG \(stage.from.image.raw) results in empty or invalid base image name",
            in: stage.fromInstruction)
    }

    /// `InvalidBaseImagePlatform` for an image that an instruction starts or copies from, given that the platforms
    /// (`os/architecture[/variant]`) differ.
    public func invalidBaseImagePlatform(
        image: String, expected: String, actual: String, in instruction: Instruction
    ) -> [Diagnostic] {
        finding(
            .invalidBaseImagePlatform,
            "Base image \(image) was pulled with platform \(actual.quotedForMessage), expected "
                + "\(expected.quotedForMessage) for current build", in: instruction)
    }
}
