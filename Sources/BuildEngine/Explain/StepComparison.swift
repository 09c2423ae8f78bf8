/// What is different between the inputs of a step and those of an earlier one. Pure: what only the store knows, such as
/// which files are others, ``Explainer`` finds out.
struct StepComparison {
    /// What is different about the step itself.
    private(set) var reasons: [StepReason] = []
    /// The inputs that are others, the base last, each with the one that stood in its place.
    private(set) var inputs: [(new: StepInputs.Input, old: StepInputs.Input?)] = []

    /// Compares inputs with those of an earlier build.
    init(_ new: StepInputs, since old: StepInputs) {
        let isRewritten = new.instruction != old.instruction
        if isRewritten { reasons.append(StepReason(.instruction, old: old.instruction, new: new.instruction)) }
        reasons += Self.differences(new.facets, old.facets, isRewritten: isRewritten)
        compareSources(new.sources, old.sources, isRewritten: isRewritten)
        switch (new.base, old.base) {
        case (let base?, let before?) where base.isOther(than: before): inputs.append((base, before))
        case (let base?, nil): inputs.append((base, nil))
        default: break
        }
    }

    var isEmpty: Bool { reasons.isEmpty && inputs.isEmpty }

    private static func differences(
        _ new: [StepInputs.Facet], _ old: [StepInputs.Facet], isRewritten: Bool
    ) -> [StepReason] {
        // An argument may have become an environment variable, and the step sees no difference.
        func key(_ facet: StepInputs.Facet) -> String {
            (facet.kind == .argument ? .environment : facet.kind).rawValue + " " + facet.name
        }
        let before = Dictionary(old.map { (key($0), $0) }) { first, _ in first }
        let after = Set(new.map(key))
        var reasons: [StepReason] = []
        func add(_ facet: StepInputs.Facet, old: String?, new: String?, isHidden: Bool) {
            guard !(isRewritten && facet.isWritten) else { return }
            reasons.append(
                StepReason(
                    facet.kind, facet.name, old: isHidden ? nil : old, new: isHidden ? nil : new, isHidden: isHidden))
        }
        for facet in new {
            let known = before[key(facet)]
            guard known?.value != facet.value else { continue }
            add(facet, old: known?.value, new: facet.value, isHidden: facet.isHidden || known?.isHidden ?? false)
        }
        for facet in old where !after.contains(key(facet)) {
            add(facet, old: facet.value, new: nil, isHidden: facet.isHidden)
        }
        // The order is no news where there are other variables.
        let order = reasons.filter { $0.kind == .setting && $0.name == StepInputs.variableOrder }
        if !order.isEmpty, reasons.contains(where: { $0.kind == .environment || $0.kind == .argument }) {
            reasons.removeAll { order.contains($0) }
        }
        return reasons.map { reason in
            guard reason.kind == .heredoc else { return reason }
            return StepReason(.heredoc, reason.name)
        }
    }

    /// Sources belong together that are written alike; of the rest, those that stand at the same place. Those of another
    /// instruction need no mention.
    private mutating func compareSources(
        _ new: [StepInputs.Input], _ old: [StepInputs.Input], isRewritten: Bool
    ) {
        var rest = old
        var unmatched: [StepInputs.Input] = []
        for source in new {
            guard let index = rest.firstIndex(where: { $0.label == source.label && $0.kind == source.kind }) else {
                unmatched.append(source)
                continue
            }
            let known = rest.remove(at: index)
            if source.isOther(than: known) { inputs.append((source, known)) }
        }
        guard !isRewritten else { return }
        for (index, source) in unmatched.enumerated() {
            inputs.append((source, index < rest.count ? rest[index] : nil))
        }
        for source in rest.dropFirst(unmatched.count) {
            reasons.append(StepReason(.source, source.label, old: source.title, new: nil))
        }
    }
}

extension StepInputs {
    /// The name of the facet that says in which order variables were set.
    static let variableOrder = "order of the variables"
}

extension StepInputs.Input {
    /// Whether it gives a step something else. What is really used decides, as far as it is known of both.
    func isOther(than old: StepInputs.Input) -> Bool {
        if let content, let before = old.content { return content != before }
        return kind != old.kind || identity != old.identity
    }

    /// As it is called where it is compared with another.
    var title: String {
        switch kind {
        case .scratch: "scratch"
        case .image: "\(name)@\(identity)"
        case .step: name
        case .context: name.isEmpty ? label : "\(label) (context \"\(name)\")"
        case .inline: "<<\(name)"
        case .remote: identity
        }
    }
}
