public import Dockerfile

/// What `SOURCE_DATE_EPOCH` means.
public enum EpochSource: Hashable, Sendable {
    /// Seconds since 1970.
    case seconds(Int64)
    /// The time of a context: that of the commit for a repository. A local directory has none.
    case context(ContextName)
    /// The time of what the only `ADD` of a stage takes: of the commit, or when the file last changed.
    case remote(FileOrigin, SourceRange?)
}
