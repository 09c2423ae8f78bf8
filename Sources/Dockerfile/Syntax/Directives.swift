/// The parser directives: special comments at the very top of the file.
public struct Directives: Sendable, Hashable {
    /// `# syntax=`: the frontend that should build the file. Slipway knows the language itself and does not load it.
    public var syntax: Word?
    /// `# escape=`.
    public var escape: EscapeToken
    /// `# check=` as written.
    public var check: Word?
    /// `# check=` as understood.
    public var checks: CheckConfiguration?
}
