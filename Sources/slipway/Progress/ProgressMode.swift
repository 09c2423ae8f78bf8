/// The values of `--progress`.
enum ProgressMode: String, CaseIterable, Sendable {
    case auto, tty, plain, rawjson, quiet

    /// The mode to use, from the flag, the environment and the terminal.
    ///
    /// - Parameters:
    ///   - flag: the value of `--progress`, if given; it is stronger than `SLIPWAY_PROGRESS`, and that than docker's
    ///     `BUILDKIT_PROGRESS`.
    ///   - quiet: `-q`, stronger than everything.
    /// - Returns: any mode but `auto`.
    static func resolve(
        flag: String?, quiet: Bool, environment: [String: String], isTerminal: Bool
    ) throws(CommandLineError) -> ProgressMode {
        let variable = ["SLIPWAY_PROGRESS", "BUILDKIT_PROGRESS"].lazy.compactMap { environment[$0] }.first {
            !$0.isEmpty
        }
        let name = flag ?? variable ?? "auto"
        guard let mode = ProgressMode(rawValue: name) else {
            throw CommandLineError(
                "invalid progress mode \"\(name)\"", help: "use auto, tty, plain, rawjson or quiet")
        }
        if quiet {
            guard flag == nil || mode == .auto || mode == .quiet else {
                throw CommandLineError("--quiet and --progress=\(name) exclude each other")
            }
            return .quiet
        }
        // A terminal that cannot move its cursor gets lines.
        let canDraw = isTerminal && environment["TERM"] != "dumb" && !(environment["TERM"] ?? "").isEmpty
        switch mode {
        case .auto: return canDraw ? .tty : .plain
        case .tty:
            // The variable may be set for all builds; the flag was meant for this one.
            guard isTerminal || flag == nil else {
                throw CommandLineError(
                    "--progress=tty needs a terminal on standard error", help: "use --progress=plain")
            }
            return canDraw ? .tty : .plain
        case .plain, .rawjson, .quiet: return mode
        }
    }
}
