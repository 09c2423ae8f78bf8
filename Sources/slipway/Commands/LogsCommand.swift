import ArgumentParser
import BuildEngine
import ContentStore
import FoundationEssentials

/// `slipway logs`
struct LogsCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show what the steps of a build printed, whole.",
        usage: "slipway logs [OPTIONS] [BUILD]",
        discussion: """
            BUILD is the number of a build, or the name or id of the image that it made; without it, the last build is \
            meant. Builds that failed, were interrupted or killed have logs as well. With --step or --failed the output \
            is as the step printed it. A step that was found in the cache has no log: the build that executed it has.
            """)

    @Option(
        parsing: .unconditional,
        help: .init("Only this step: its number in the list, or a part of its name.", valueName: "number|name"))
    var step: String?

    @Flag(help: "Only the step that failed.")
    var failed = false

    @Flag(name: [.customShort("t"), .long], help: "Begin each line with its time.")
    var timestamps = false

    @Flag(help: "List the builds that have logs.")
    var list = false

    @Option(help: .init("table, or json: one object a line.", valueName: "format"))
    var format = ListFormat.table

    @Flag(help: "The same as --format json.")
    var json = false

    @OptionGroup var store: StoreFlags

    @Argument(help: "The number of a build, or the name or id of an image.", completion: .images)
    var build: String?

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let store = try ContentStore.open(root: context.root)
        let isJSON = json || format == .json
        if list {
            let builds = try LoggedBuild.all(in: store)
            let listing = BuildListing(builds: builds, now: context.now())
            try context.standardOutput.write(isJSON ? listing.json : listing.table.text)
            return .success
        }
        let build = try LoggedBuild.find(self.build, in: store)
        let logs = try selected(of: build)
        let isAlone = step != nil || failed
        for (index, log) in logs.enumerated() {
            var printer = LogPrinter(
                log: log, form: isJSON ? .json : isAlone ? .raw : .steps, hasTimes: timestamps)
            if !isJSON, !isAlone, index > 0 { try context.standardOutput.write("\n") }
            try printer.print(to: context.standardOutput)
        }
        return .success
    }

    private func selected(of build: LoggedBuild) throws -> [StepLog] {
        var logs = build.logs
        if failed { logs = logs.filter { $0.ending?.outcome == .failed } }
        if let step {
            if let number = Int(step) {
                logs = logs.filter { $0.number == number }
            } else {
                logs = logs.filter { $0.name.lowercased().contains(step.lowercased()) }
            }
        }
        if logs.isEmpty {
            guard !build.logs.isEmpty else {
                throw CommandFailure(
                    "build \(build.id) executed no step, or its logs were pruned", help: "slipway logs --list")
            }
            throw CommandFailure(
                failed ? "no step of build \(build.id) failed" : "build \(build.id) has no log of a step \(step ?? "")",
                help: "it has these:\n" + build.logs.map { "    \($0.number)  \($0.name)" }.joined(separator: "\n"))
        }
        return logs
    }
}
