import BuildEngine
import Dockerfile
import OCI

/// What `--call` prints, and the status it ends with.
struct CallAnswer {
    /// The result, for standard output.
    var text: String
    var exitCode = ExitCode.success
    /// Why there is no more to say; printed after the result.
    var failure: BuildError?

    /// What the checks found. Findings and failures make the status 1 and more, as docker's tools have it.
    init(_ report: CheckReport, _ call: CallSpecification) {
        text = call.isJSON ? Self.json(CallJSON.check(report)) : CheckListing.text(report)
        failure = report.failure
        if !report.findings.isEmpty, !call.ignoresStatus { exitCode = .failure }
    }

    /// What a build can be given.
    init(_ report: OutlineReport, _ call: CallSpecification) {
        text = call.isJSON ? Self.json(CallJSON.outline(report)) : OutlineListing.text(report.outline)
    }

    /// The stages.
    init(_ dockerfile: Dockerfile, _ call: CallSpecification) {
        text = call.isJSON ? Self.json(CallJSON.targets(dockerfile)) : OutlineListing.text(dockerfile.stages)
    }

    /// The questions that can be asked.
    init(describing call: CallSpecification) {
        text = call.isJSON ? Self.json(Subrequest.json) : Subrequest.text
    }

    private static func json(_ value: JSONValue) -> String {
        String(decoding: value.encoded(indentation: 2), as: UTF8.self) + "\n"
    }
}
