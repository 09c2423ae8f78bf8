import Dockerfile

/// What a context leaves out, and which file says so.
struct IgnoreFile {
    /// Its name without directories, for messages.
    var name: String
    var patterns: IgnorePatterns
}
