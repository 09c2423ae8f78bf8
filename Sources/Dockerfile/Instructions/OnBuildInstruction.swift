/// `ONBUILD <instruction>`: an instruction for the builds that start from this image.
public struct OnBuildInstruction: Sendable, Hashable {
    /// The text that the image configuration stores: the instruction, continuation lines joined, with the lines of
    /// its heredocs.
    public var expression: String
    /// The instruction, parsed where it stands.
    public var trigger: Instruction { storage.instruction }

    private var storage: Storage

    init(expression: String, trigger: Instruction) {
        self.expression = expression
        storage = Storage(instruction: trigger)
    }

    /// An instruction contains a body, which may contain this: a value type needs an indirection somewhere.
    private indirect enum Storage: Sendable, Hashable {
        case trigger(Instruction)

        init(instruction: Instruction) { self = .trigger(instruction) }

        var instruction: Instruction {
            switch self {
            case .trigger(let instruction): instruction
            }
        }
    }
}
