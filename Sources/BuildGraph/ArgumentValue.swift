import Dockerfile

/// An argument that a stage declares, with what it comes to.
struct ArgumentValue {
    var declaration: ArgInstruction.Argument
    var name: String
    var value: String?
    /// Whether it stands for the global argument of its name.
    var isInherited: Bool
    /// What expanding its default gave, where that was used.
    var expansion: Expansion?
    /// The stage before it.
    var state: StageState
}

extension Planner {
    /// The arguments of an `ARG` in a stage; the default of each sees those before it. Ends before the first whose words
    /// cannot be expanded: planning fails on that one.
    func values(of declaration: ArgInstruction, _ state: StageState) -> [ArgumentValue] {
        var state = state
        var values: [ArgumentValue] = []
        for argument in declaration.arguments {
            guard let name = try? expand(argument.name, state) else { return values }
            var result = ArgumentValue(
                declaration: argument, name: name, value: options.buildArguments[name], isInherited: false, state: state
            )
            if result.value == nil {
                if let word = argument.defaultValue {
                    guard let expansion = try? expander(state).expand(word) else { return values }
                    result.value = expansion.text
                    result.expansion = expansion
                } else if let value = globalArguments[name] {
                    result.value = value
                    result.isInherited = true
                }
            }
            values.append(result)
            if let value = result.value { state.environment[name] = value }
            state.arguments.append(StageState.Argument(name: name, value: result.value))
        }
        return values
    }
}
