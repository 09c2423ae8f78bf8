import SystemPackage

/// A terminal with somebody at the keyboard; see `terminal.py`.
extension Workspace {
    /// Runs `slipway` in a terminal.
    ///
    /// - Parameter steps: what the person does: `see=TEXT`, `type=TEXT`, `size=ROWSxCOLUMNS`, `signal=NAME`.
    func slipway(
        typing steps: [String], _ arguments: [String], limit: Duration = .seconds(180)
    ) async throws -> Command.Outcome {
        // Its text and not its path, where the ordinary user may be unable to look.
        let script = try File.text(Repository.top.appending("Tests/EndToEndTests/Support/terminal.py"))
        return try await Command(
            program: "python3", arguments: ["-c", script] + steps + ["--", try await Binary.path()] + arguments,
            environment: ["SLIPWAY_ROOT": store.string, "TERM": "xterm"], directory: root, account: account,
            limit: limit
        ).run()
    }
}
