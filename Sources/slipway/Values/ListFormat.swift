import ArgumentParser

/// `--format` of commands that print lists.
enum ListFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case table
    /// One object a line, as docker prints it.
    case json
}
