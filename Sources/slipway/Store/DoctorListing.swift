import ContentStore
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// What `doctor` says.
struct DoctorListing {
    var root: FilePath
    /// Sentences about what could not be removed when the store was opened.
    var sweepFailures: [String]
    var report: StoreDoctor.Report
    var machine: MachineCheck

    /// Whether nothing is wrong that keeps builds from working.
    var isHealthy: Bool {
        report.isHealthy && sweepFailures.isEmpty && machine.items.allSatisfy { $0.state != .missing }
    }

    /// For people: what is wrong, and below it what to do.
    var text: String {
        var lines = ["store \(root)"]
        for problem in report.repaired { lines.append(line("repaired", "\(problem.subject): \(problem.message)")) }
        for problem in report.problems {
            lines.append(line(problem.isHarmless ? "note" : "error", "\(problem.subject): \(problem.message)"))
            lines.append(line("", "help: \(problem.help)"))
        }
        lines += sweepFailures.map { line("error", $0) }
        if lines.count == 1 { lines.append(line("ok", "nothing is wrong")) }
        lines.append("machine")
        for item in machine.items {
            lines.append(line(item.state == .missing ? "error" : item.state.rawValue, "\(item.name): \(item.detail)"))
            if let help = item.help { lines.append(line("", "help: \(help)")) }
        }
        return lines.map { TerminalText.sanitized($0) + "\n" }.joined()
    }

    private func line(_ state: String, _ text: String) -> String {
        "  " + state + String(repeating: " ", count: max(1, 10 - state.count)) + text
    }

    /// For programs.
    var json: String {
        func object(_ problem: StoreProblem, isRepaired: Bool) -> JSONValue {
            [
                "Kind": .string(problem.kind.rawValue), "Subject": .string(problem.subject),
                "Message": .string(problem.message), "Help": .string(problem.help),
                "Harmless": .bool(problem.isHarmless), "Repaired": .bool(isRepaired),
            ]
        }
        let problems =
            report.repaired.map { object($0, isRepaired: true) }
            + report.problems.map { object($0, isRepaired: false) }
        let result: JSONValue = [
            "Healthy": .bool(isHealthy), "Root": .string("\(root)"),
            "Problems": .array(problems), "NotSwept": .array(sweepFailures.map { .string($0) }),
            "Machine": .array(
                machine.items.map { item in
                    [
                        "Name": .string(item.name), "State": .string(item.state.rawValue),
                        "Detail": .string(item.detail), "Help": item.help.map { .string($0) } ?? .null,
                    ]
                }),
        ]
        return String(decoding: result.encoded(), as: UTF8.self) + "\n"
    }
}
