/// `FROM [--platform=<platform>] <image> [AS <name>]`: begins a stage.
public struct FromInstruction: Sendable, Hashable {
    /// The value of `--platform`; expands with the global arguments.
    public var platform: Word?
    /// An earlier stage, a named context, an image reference or `scratch`; expands with the global arguments.
    public var image: Word
    /// The name as written after `AS`; it does not expand.
    public var name: Word?
    /// The word `AS` as written.
    public var asKeyword: Word?
    /// The comment above which starts with the stage's name: what the stage is for.
    public var documentation: String?
}
