import SystemPackage

/// A terminal with somebody at the keyboard; see `terminal.py`.
extension Workspace {
    /// Runs `slipway` in a terminal.
    ///
    /// - Parameter steps: what the person does: `see=TEXT`, `type=TEXT`, `size=ROWSxCOLUMNS`, `signal=NAME`.
    func slipway(
        typing steps: [String], _ arguments: [String], limit: Duration = .seconds(180)
    ) async throws -> Command.Outcome {
        try await terminal(
            typing: steps, try await Binary.path(), arguments, environment: ["SLIPWAY_ROOT": store.string], limit: limit
        )
    }

    /// Runs any program in a terminal.
    func terminal(
        typing steps: [String], _ program: String, _ arguments: [String], environment: [String: String],
        limit: Duration = .seconds(180)
    ) async throws -> Command.Outcome {
        // Its text and not its path, where the ordinary user may be unable to look.
        let script = try File.text(Repository.top.appending("Tests/EndToEndTests/Support/terminal.py"))
        return try await Command(
            program: "python3", arguments: ["-c", script] + steps + ["--", program] + arguments,
            environment: environment.merging(["TERM": "xterm"]) { $1 }, directory: root, account: account, limit: limit
        ).run()
    }
}
