/// A build check: something that builds, but is probably not what was meant. Names and texts are BuildKit's;
/// docs/checks.md lists them.
public enum CheckRule: String, Sendable, Hashable, CaseIterable {
    /// Stage names should be lowercase.
    case stageNameCasing = "StageNameCasing"
    /// `AS` should have the case of `FROM`.
    case fromAsCasing = "FromAsCasing"
    /// A continuation contains a blank line.
    case noEmptyContinuation = "NoEmptyContinuation"
    /// Instructions should all have the same case.
    case consistentInstructionCasing = "ConsistentInstructionCasing"
    /// Two stages have the same name.
    case duplicateStageName = "DuplicateStageName"
    /// A stage has a name with a meaning of its own.
    case reservedStageName = "ReservedStageName"
    /// `CMD` or `ENTRYPOINT` in shell form does not pass signals on.
    case jsonArgsRecommended = "JSONArgsRecommended"
    /// `MAINTAINER` is deprecated.
    case maintainerDeprecated = "MaintainerDeprecated"
    /// `FROM` uses an argument that is not declared.
    case undefinedArgInFrom = "UndefinedArgInFrom"
    /// The first `WORKDIR` is relative.
    case workdirRelativePath = "WorkdirRelativePath"
    /// A variable is used that is not defined.
    case undefinedVar = "UndefinedVar"
    /// Only the last `CMD`, `ENTRYPOINT` or `HEALTHCHECK` of a stage counts.
    case multipleInstructionsDisallowed = "MultipleInstructionsDisallowed"
    /// `ENV key value` instead of `ENV key=value`.
    case legacyKeyValueFormat = "LegacyKeyValueFormat"
    /// The base image is not for the platform that was asked for.
    case invalidBaseImagePlatform = "InvalidBaseImagePlatform"
    /// `FROM --platform=$TARGETPLATFORM` says what is the default.
    case redundantTargetPlatform = "RedundantTargetPlatform"
    /// A name in `ARG` or `ENV` looks like a secret.
    case secretsUsedInArgOrEnv = "SecretsUsedInArgOrEnv"
    /// With the defaults of the global arguments a base image has no valid name.
    case invalidDefaultArgInFrom = "InvalidDefaultArgInFrom"
    /// `FROM --platform` has a constant value.
    case fromPlatformFlagConstDisallowed = "FromPlatformFlagConstDisallowed"
    /// A source of `COPY` or `ADD` is excluded by `.dockerignore`.
    case copyIgnoredFile = "CopyIgnoredFile"
    /// The comment above a stage or an argument is no description of it (experimental).
    case invalidDefinitionDescription = "InvalidDefinitionDescription"
    /// A protocol in `EXPOSE` is not in lower case.
    case exposeProtoCasing = "ExposeProtoCasing"
    /// `EXPOSE` names an address or a host port.
    case exposeInvalidFormat = "ExposeInvalidFormat"

    /// Whether the rule runs only if it is asked for.
    public var isExperimental: Bool { self == .invalidDefinitionDescription }

    /// What the rule is about, in one sentence.
    public var summary: String {
        switch self {
        case .stageNameCasing: "Stage names should be lowercase"
        case .fromAsCasing: "The 'as' keyword should match the case of the 'from' keyword"
        case .noEmptyContinuation: "Empty continuation lines will become errors in a future release"
        case .consistentInstructionCasing:
            "All commands within the Dockerfile should use the same casing (either upper or lower)"
        case .duplicateStageName: "Stage names should be unique"
        case .reservedStageName: "Reserved words should not be used as stage names"
        case .jsonArgsRecommended:
            "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals"
        case .maintainerDeprecated:
            "The MAINTAINER instruction is deprecated, use a label instead to define an image author"
        case .undefinedArgInFrom: "FROM command must use declared ARGs"
        case .workdirRelativePath:
            "Relative workdir without an absolute workdir declared within the build can have unexpected results if the "
                + "base image changes"
        case .undefinedVar: "Variables should be defined before their use"
        case .multipleInstructionsDisallowed:
            "Multiple instructions of the same type should not be used in the same stage"
        case .legacyKeyValueFormat: "Legacy key/value format with whitespace separator should not be used"
        case .invalidBaseImagePlatform: "Base image platform does not match expected target platform"
        case .redundantTargetPlatform:
            "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior"
        case .secretsUsedInArgOrEnv: "Sensitive data should not be used in the ARG or ENV commands"
        case .invalidDefaultArgInFrom: "Default value for global ARG results in an empty or invalid base image name"
        case .fromPlatformFlagConstDisallowed: "FROM --platform flag should not use a constant value"
        case .copyIgnoredFile: "Attempting to Copy file that is excluded by .dockerignore"
        case .invalidDefinitionDescription:
            "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this "
                + "is not intended to be a description comment, add an empty line or comment between the instruction "
                + "and the comment."
        case .exposeProtoCasing: "Protocol in EXPOSE instruction should be lowercase"
        case .exposeInvalidFormat:
            "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a "
                + "future release"
        }
    }

    /// Where the rule is explained.
    public var url: String? {
        // BuildKit has no page for this rule.
        guard self != .invalidBaseImagePlatform else { return nil }
        var words = ""
        var previousIsLower = false
        let name = rawValue.replacingPrefix("JSONArgs", with: "JsonArgs")
        for character in name {
            if character.isUppercase, previousIsLower { words += "-" }
            words += character.lowercased()
            previousIsLower = !character.isUppercase
        }
        return "https://docs.docker.com/go/dockerfile/rule/\(words)/"
    }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with replacement: String) -> String {
        hasPrefix(prefix) ? replacement + dropFirst(prefix.count) : self
    }
}

extension CheckConfiguration {
    /// Whether a rule is run.
    public func runs(_ rule: CheckRule) -> Bool {
        if rule.isExperimental { return runsAllExperimental || experimentalRules.contains(rule.rawValue) }
        return !skipsAll && !skippedRules.contains(rule.rawValue)
    }

    /// The error for a build whose checks found something, if findings fail the build: the names of the rules.
    public func failure(for findings: [Diagnostic]) -> Diagnostic? {
        guard failsBuild, let first = findings.first else { return nil }
        let rules = Set(findings.map(\.code.rawValue)).sorted().joined(separator: ", ")
        return Diagnostic(
            severity: .error, code: first.code, message: "lint violation found for rules: \(rules)",
            help:
                "the build was told to fail on warnings (check=error=true): fix what they are about, or skip the rules "
                + "with check=skip=\(rules.filter { $0 != " " })", range: first.range, source: first.source)
    }
}
