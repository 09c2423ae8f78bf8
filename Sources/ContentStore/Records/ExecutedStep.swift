public import OCI

/// What went into a step that a build executed, kept so that a later build can say what is different.
public struct ExecutedStep: Hashable, Sendable {
    /// The number of the build; 0 for a step that is not stored yet.
    public var build: Int64
    /// The key that says what the step and its inputs are.
    public var definition: Digest
    /// The key that says what the step really used.
    public var content: Digest
    /// Where the Dockerfile stands, as the build engine names it.
    public var dockerfile: String
    /// The stage with the platform it was built for.
    public var stage: String
    /// The position in the stage, from 0.
    public var position: Int64
    /// The instruction as it is written: `RUN make`.
    public var instruction: String
    /// Everything else, in the form that the build engine chose.
    public var inputs: [UInt8]
    /// The selections of files that the step used, by their digests.
    public var selections: [Digest]

    /// A step of the given parts.
    public init(
        build: Int64 = 0, definition: Digest, content: Digest, dockerfile: String, stage: String, position: Int64,
        instruction: String, inputs: [UInt8], selections: [Digest] = []
    ) {
        self.build = build
        self.definition = definition
        self.content = content
        self.dockerfile = dockerfile
        self.stage = stage
        self.position = position
        self.instruction = instruction
        self.inputs = inputs
        self.selections = selections
    }

    /// Which steps are looked for.
    public enum Query: Hashable, Sendable {
        /// The one with this definition key.
        case definition(Digest)
        /// Those with this content key.
        case content(Digest)
        /// Those with this text in a stage of a Dockerfile, the nearest to the position first.
        case instruction(String, position: Int64, stage: String, dockerfile: String)
        /// Those at a position of a stage of a Dockerfile.
        case position(Int64, stage: String, dockerfile: String)
        /// Those with this text in a stage of this name, of any Dockerfile.
        case anywhere(instruction: String, stage: String)
        /// Those of a Dockerfile.
        case dockerfile(String)
    }

    static let columns = "build, definition, content, dockerfile, stage, position, instruction, inputs"

    /// Reads a row of `columns`.
    init(_ row: borrowing Row) throws(StoreError) {
        let (definition, content) = (row.text(1), row.text(2))
        let keys = try storeErrors("a step of the index") {
            (definition: try Digest(parsing: definition), content: try Digest(parsing: content))
        }
        self.init(
            build: row.integer(0), definition: keys.definition, content: keys.content, dockerfile: row.text(3),
            stage: row.text(4), position: row.integer(5), instruction: row.text(6), inputs: row.bytes(7))
    }
}

extension ExecutedStep.Query {
    /// The condition, its values and the order.
    var sql: (condition: String, values: [SQLValue], order: String) {
        switch self {
        case .definition(let key): ("definition = ?", [.text(key.description)], "id DESC")
        case .content(let key): ("content = ?", [.text(key.description)], "id DESC")
        case .instruction(let text, let position, let stage, let dockerfile):
            (
                "dockerfile = ? AND stage = ? AND instruction = ?", [.text(dockerfile), .text(stage), .text(text)],
                "abs(position - \(position)), id DESC"
            )
        case .position(let position, let stage, let dockerfile):
            (
                "dockerfile = ? AND stage = ? AND position = ?",
                [.text(dockerfile), .text(stage), .integer(position)], "id DESC"
            )
        case .anywhere(let text, let stage): ("instruction = ? AND stage = ?", [.text(text), .text(stage)], "id DESC")
        case .dockerfile(let path): ("dockerfile = ?", [.text(path)], "id DESC")
        }
    }
}
