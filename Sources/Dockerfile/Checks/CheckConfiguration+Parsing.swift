extension CheckConfiguration {
    /// A value of `# check=` that cannot be understood.
    public struct ParsingError: Error, Sendable, Hashable {
        /// What is wrong.
        public var message: String
        /// What to write instead.
        public var help: String
    }

    /// Parses `skip=A,B|all;error=true|false;experimental=X|all`, in any order.
    public init(parsing text: String) throws(ParsingError) {
        self.init()
        let text = text.trimmingBlanks()
        guard !text.isEmpty else { return }
        for part in text.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else {
                throw Self.invalid("invalid check option \(String(part).quotedForMessage)")
            }
            let value = String(pair[1]).trimmingBlanks()
            let list = Set(
                value.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingBlanks() })
            switch String(pair[0]).trimmingBlanks() {
            case "skip":
                if value == "all" { skipsAll = true } else { skippedRules = list }
            case "experimental":
                if value == "all" { runsAllExperimental = true } else { experimentalRules = list }
            case "error":
                guard let flag = Bool(goText: value) else {
                    throw Self.invalid("failed to parse check option \(String(part).quotedForMessage)")
                }
                failsBuild = flag
            case let key:
                throw Self.invalid("invalid check option \(key.quotedForMessage)")
            }
        }
    }

    private static func invalid(_ message: String) -> ParsingError {
        ParsingError(message: message, help: "write check=skip=<rules>;error=<true|false>;experimental=<rules>")
    }

    /// This configuration with what a comment above an instruction adds.
    public func merging(_ other: CheckConfiguration?) -> CheckConfiguration {
        guard let other else { return self }
        var merged = self
        merged.skipsAll = skipsAll || other.skipsAll
        merged.skippedRules.formUnion(other.skippedRules)
        merged.runsAllExperimental = runsAllExperimental || other.runsAllExperimental
        merged.experimentalRules.formUnion(other.experimentalRules)
        return merged
    }
}
