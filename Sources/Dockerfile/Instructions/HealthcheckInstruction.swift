/// `HEALTHCHECK NONE` or `HEALTHCHECK [flags] CMD <command>`.
public struct HealthcheckInstruction: Sendable, Hashable {
    /// What to check.
    public enum Test: Sendable, Hashable {
        /// `NONE`: switches off the check of the base image.
        case none
        /// `CMD`: the exit status of this command tells.
        case command(CommandLineForm)
    }

    /// What to check.
    public var test: Test
    /// `--interval` in nanoseconds; 0 if not given.
    public var interval: Int64
    /// `--timeout` in nanoseconds; 0 if not given.
    public var timeout: Int64
    /// `--start-period` in nanoseconds; 0 if not given.
    public var startPeriod: Int64
    /// `--start-interval` in nanoseconds; 0 if not given.
    public var startInterval: Int64
    /// `--retries`; 0 if not given.
    public var retries: Int

    /// The `Test` list of the image configuration: `["NONE"]`, `["CMD", ...]` or `["CMD-SHELL", text]`.
    public var configurationTest: [String] {
        switch test {
        case .none: ["NONE"]
        case .command(.shell(let word)): ["CMD-SHELL", word.raw]
        case .command(.exec(let words)): ["CMD"] + words.map(\.raw)
        }
    }
}
