import Dockerfile

/// What a build can be given, gathered while its stages are planned.
extension Planner {
    /// Notes a global argument. A default that uses the argument it replaces uses what that one used.
    mutating func outlineGlobal(
        _ argument: ArgInstruction.Argument, named name: String, value: String?, uses: Set<String>,
        _ instruction: Instruction
    ) {
        var uses = uses
        if uses.remove(name) != nil { uses.formUnion(globalOutline[name]?.uses ?? []) }
        let entry = BuildOutline.Argument(
            name: name, documentation: argument.documentation, value: value, range: instruction.range)
        globalOutline[name] = StageOutline.Argument(
            entry: entry, offset: argument.name.range.start.offset, uses: uses)
    }

    /// Begins the outline of a stage: what its `FROM` uses, and that of the stage it starts from.
    mutating func beginOutline(of entry: StageEntry) {
        var outline = StageOutline(arguments: globalOutline)
        if !entry.isReplaced {
            outline.used = argumentsOfFrom(entry)
            if case .stage(let base) = entry.base { outline.dependencies.append(base) }
        }
        stageOutlines[entry.stage.index] = outline
    }

    private func argumentsOfFrom(_ entry: StageEntry) -> Set<String> {
        guard !entry.isReplaced else { return [] }
        let expander = globalExpander()
        let words = [entry.stage.from.image, entry.stage.from.platform].compactMap { $0 }
        let used = words.reduce(into: Set()) { $0.formUnion((try? expander.expand($1))?.used ?? []) }
        guard case .stage(let base) = entry.base else { return used }
        return used.union(argumentsOfFrom(stages[base]))
    }

    /// Notes what an instruction asks for, before it takes effect.
    mutating func outline(_ instruction: Instruction, _ state: StageState, _ entry: StageEntry) {
        let index = entry.stage.index
        switch instruction.body {
        case .arg(let declaration):
            for argument in values(of: declaration, state) {
                stageOutlines[index]?.used.insert(argument.name)
                guard !argument.isInherited else { continue }
                let described = BuildOutline.Argument(
                    name: argument.name, documentation: argument.declaration.documentation, value: argument.value,
                    range: instruction.range)
                stageOutlines[index]?.arguments[argument.name] = StageOutline.Argument(
                    entry: described, offset: argument.declaration.name.range.start.offset)
            }
        case .run(let run):
            let expander = expander(state)
            for flag in run.mounts {
                guard let mount = try? flag.resolve(expander) else { continue }
                outline(mount, instruction.range, index)
            }
        default: break
        }
        for reference in references(in: instruction) {
            let other = try? stageIndex(reference.name, allowsNumber: !reference.isMount, at: nil)
            if let other = other.flatMap({ $0 }) { stageOutlines[index]?.dependencies.append(other) }
        }
    }

    private mutating func outline(_ mount: Mount, _ range: SourceRange, _ index: Int) {
        guard var outline = stageOutlines[index] else { return }
        switch mount {
        case .secret(let secret):
            guard !outline.secrets.contains(where: { $0.id == secret.id }) else { return }
            outline.secrets.append(.init(id: secret.id, isRequired: secret.isRequired, range: range))
        case .ssh(let agent):
            guard !outline.agents.contains(where: { $0.id == agent.id }) else { return }
            outline.agents.append(.init(id: agent.id, isRequired: agent.isRequired, range: range))
        case .cache(let cache):
            let id = cache.id ?? cleaned(cache.target)
            guard !outline.caches.contains(where: { $0.id == id }) else { return }
            outline.caches.append(.init(id: id, range: range))
        case .bind, .tmpfs: return
        }
        stageOutlines[index] = outline
    }

    /// The outline of a stage and of all that it needs, the nearest first where they name the same thing.
    func outline(of target: Int) -> BuildOutline {
        var outline = BuildOutline(of: dockerfile.stages[target])
        var seen: Set<Int> = []
        func add(_ index: Int) {
            guard seen.insert(index).inserted, let stage = stageOutlines[index] else { return }
            outline.add(stage)
            for dependency in stage.dependencies { add(dependency) }
        }
        add(target)
        outline.sort()
        return outline
    }
}
