/// A stage: a `FROM` and the instructions up to the next one.
public struct Stage: Sendable, Hashable {
    /// The place among the stages, counted from 0.
    public var index: Int
    /// The name in lower case, as other instructions refer to it; nil if it has none.
    public var name: String?
    /// The parts of its `FROM`.
    public var from: FromInstruction
    /// Its `FROM` as an instruction.
    public var fromInstruction: Instruction
    /// What follows.
    public var instructions: [Instruction]
}
