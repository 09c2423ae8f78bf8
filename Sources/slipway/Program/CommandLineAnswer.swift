import ArgumentParser

/// How the program answers a command line that runs no command: `--help` and `--version` with text, mistakes with a
/// report.
struct CommandLineAnswer: Equatable {
    /// For standard output.
    var output = ""
    /// For standard error.
    var report: ErrorReport?
    var exitCode = ExitCode.success

    /// - Parameter error: what ArgumentParser or the preparation of the command threw.
    init(_ error: any Error) {
        let isOurs = error is CommandLineError || !Self.isFromParser(error)
        if isOurs {
            report = ErrorReport(error)
            exitCode = report?.exitCode ?? .failure
            return
        }
        if Slipway.exitCode(for: error) == .success {
            output = Slipway.fullMessage(for: error)
            if !output.hasSuffix("\n") { output += "\n" }
            return
        }
        report = ErrorReport(
            Self.lowercasingFirst(Slipway.message(for: error)), help: Self.usage(for: error), exitCode: .usage)
        exitCode = .usage
    }

    /// ArgumentParser wraps its mistakes in a type of its own; everything else that can be thrown before a command runs
    /// is ours.
    private static func isFromParser(_ error: any Error) -> Bool {
        let name = String(reflecting: type(of: error))
        return name.hasPrefix("ArgumentParser.")
    }

    private static func lowercasingFirst(_ text: String) -> String {
        let text = text.trimmingBlanks()
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// The first line of the usage, which ArgumentParser prints below every mistake.
    private static func usage(for error: any Error) -> String? {
        let lines = Slipway.fullMessage(for: error).split(separator: "\n")
        guard let usage = lines.first(where: { $0.hasPrefix("Usage: ") }) else { return nil }
        return "u" + usage.dropFirst()
    }
}
