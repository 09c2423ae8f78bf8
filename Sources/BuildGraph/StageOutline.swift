import Dockerfile

/// What one stage adds to the outline of a build.
struct StageOutline {
    /// A global argument or one of the stage, with the global arguments that its default uses.
    struct Argument {
        var entry: BuildOutline.Argument
        /// Where its name stands, in bytes: an instruction may declare several.
        var offset: Int
        var uses: Set<String> = []
    }

    /// What the names of arguments stand for in this stage.
    var arguments: [String: Argument] = [:]
    /// The arguments that the stage uses, in its `FROM` or by declaring them.
    var used: Set<String> = []
    var secrets: [BuildOutline.Credential] = []
    var agents: [BuildOutline.Credential] = []
    var caches: [BuildOutline.Cache] = []
    /// The stages it starts or takes files from.
    var dependencies: [Int] = []

    /// The used arguments with those that their defaults use.
    var allUsed: Set<String> {
        var found: Set<String> = []
        var pending = Array(used)
        while let name = pending.popLast() {
            guard found.insert(name).inserted else { continue }
            pending += arguments[name]?.uses ?? []
        }
        return found
    }
}

extension BuildOutline {
    /// Adds what a stage has; what is known by then stays as it is.
    mutating func add(_ stage: StageOutline) {
        let used = stage.allUsed.compactMap { stage.arguments[$0] }.sorted { $0.offset < $1.offset }.map(\.entry)
        arguments += used.filter { argument in !arguments.contains { $0.name == argument.name } }
        secrets += stage.secrets.filter { secret in !secrets.contains { $0.id == secret.id } }
        agents += stage.agents.filter { agent in !agents.contains { $0.id == agent.id } }
        caches += stage.caches.filter { cache in !caches.contains { $0.id == cache.id } }
    }

    /// Brings everything into the order of the Dockerfile.
    mutating func sort() {
        arguments = arguments.inOrder { $0.range }
        secrets = secrets.inOrder { $0.range }
        agents = agents.inOrder { $0.range }
        caches = caches.inOrder { $0.range }
    }
}

extension Array {
    /// Sorted by line; what is on one line stays in its order.
    fileprivate func inOrder(_ range: (Element) -> SourceRange) -> [Element] {
        enumerated().sorted { left, right in
            let lines = (range(left.element).start.line, range(right.element).start.line)
            return lines.0 == lines.1 ? left.offset < right.offset : lines.0 < lines.1
        }.map(\.element)
    }
}
