/// A word of an instruction as it stands in the file.
///
/// Words are not expanded when they are parsed, because variables get their values later, stage by stage.
public struct Word: Sendable, Hashable {
    /// The text before expansion: quotes and escapes are still in it, continuation lines are joined. In the JSON form
    /// and in flags the quotes of that form are gone.
    public var raw: String
    /// Where the word stands.
    public var range: SourceRange

    /// Makes a word.
    public init(raw: String, range: SourceRange) {
        self.raw = raw
        self.range = range
    }
}
