import BuildEngine
import FileSystem
import FoundationEssentials
import OCI

/// What `slipway logs --list` shows.
struct BuildListing {
    var builds: [LoggedBuild]
    var now: Date

    var table: TextTable {
        var table = TextTable(header: ["BUILD", "OF", "STARTED", "STATUS", "STEPS", "REOPEN"])
        table.rows = builds.map { build in
            [
                "\(build.id)", TerminalText.sanitized(build.report.label),
                AgeText.since(build.report.started.seconds, now: Int64(now.timeIntervalSince1970)), build.status,
                "\(build.logs.count)", build.hasState ? "slipway debug \(build.id)" : "",
            ]
        }
        return table
    }

    /// One object a line.
    var json: String {
        builds.map { build in
            let steps = build.logs.map { log in
                var step: JSONValue = [
                    "step": .integer(Int64(log.number)), "name": .string(log.name), "stage": .string(log.stage),
                ]
                step["line"] = log.line.map { .integer(Int64($0)) }
                step["outcome"] = log.ending.map { .string($0.outcome.rawValue) }
                step["error"] = log.ending?.message.map { .string($0) }
                return step
            }
            let started = build.report.started
            let object: JSONValue = [
                "build": .integer(build.id), "of": .string(build.report.label), "status": .string(build.status),
                "started": .string(RFC3339.string(seconds: started.seconds, nanoseconds: started.nanoseconds)),
                "steps": .array(steps), "reopens": .bool(build.hasState),
            ]
            return String(decoding: object.encoded(), as: UTF8.self) + "\n"
        }.joined()
    }
}
