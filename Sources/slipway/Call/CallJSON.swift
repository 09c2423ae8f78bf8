import BuildEngine
import BuildGraph
import Dockerfile
import FoundationEssentials
import OCI

/// The answers of `--call` in BuildKit's JSON (moby/buildkit, frontend/subrequests).
enum CallJSON {
    /// `LintResults` of frontend/subrequests/lint.
    static func check(_ report: CheckReport) -> JSONValue {
        let warnings = report.findings.map { finding in
            var warning: JSONValue = [
                "ruleName": .string(finding.code.rawValue), "detail": .string(finding.message),
                "location": location(finding.range),
            ]
            warning["description"] = CheckRule(rawValue: finding.code.rawValue).map { .string($0.summary) }
            warning["url"] = finding.url.map { .string($0) }
            return warning
        }
        var result: JSONValue = ["warnings": .array(warnings), "sources": [sourceInfo(report.source)]]
        result["buildError"] = report.failure.map { failure in
            ["message": .string(failure.description), "location": location(failure.range)]
        }
        return result
    }

    /// `Outline` of frontend/subrequests/outline.
    static func outline(_ report: OutlineReport) -> JSONValue {
        let outline = report.outline
        var result: JSONValue = ["sources": [source(report.source)]]
        result["name"] = outline.name.map { .string($0) }
        result["description"] = outline.documentation.map { .string($0) }
        result["args"] = list(outline.arguments) { argument in
            var json: JSONValue = ["name": .string(argument.name), "location": location(argument.range)]
            json["description"] = argument.documentation.map { .string($0) }
            if let value = argument.value, !value.isEmpty { json["value"] = .string(value) }
            return json
        }
        result["secrets"] = list(outline.secrets, credential)
        result["ssh"] = list(outline.agents, credential)
        result["cache"] = list(outline.caches) { ["ID": .string($0.id), "location": location($0.range)] }
        return result
    }

    /// `List` of frontend/subrequests/targets.
    static func targets(_ dockerfile: Dockerfile) -> JSONValue {
        let targets = dockerfile.stages.map { stage in
            var target: JSONValue = [
                "base": .string(stage.from.image.raw), "location": location(stage.fromInstruction.range),
            ]
            target["name"] = stage.name.map { .string($0) }
            target["description"] = stage.from.documentation.map { .string($0) }
            target["platform"] = stage.from.platform.map { .string($0.raw) }
            if stage.index == dockerfile.stages.count - 1 { target["default"] = true }
            return target
        }
        return ["targets": .array(targets), "sources": [source(dockerfile.source)]]
    }

    private static func credential(_ credential: BuildOutline.Credential) -> JSONValue {
        var json: JSONValue = ["name": .string(credential.id), "location": location(credential.range)]
        if credential.isRequired { json["required"] = true }
        return json
    }

    /// An empty list is left out.
    private static func list<Element>(_ elements: [Element], _ json: (Element) -> JSONValue) -> JSONValue? {
        elements.isEmpty ? nil : .array(elements.map(json))
    }

    private static func location(_ range: SourceRange?) -> JSONValue {
        guard let range else { return [:] }
        return ["ranges": ranges(range)]
    }

    /// A range for each line, without columns.
    static func ranges(_ range: SourceRange) -> JSONValue {
        .array(
            range.lines.map { line in
                ["start": ["line": .integer(Int64(line))], "end": ["line": .integer(Int64(line))]]
            })
    }

    /// `SourceInfo` of solver/pb, without the operation that read the file.
    static func sourceInfo(_ file: SourceFile) -> JSONValue {
        ["filename": .string(file.name), "language": "Dockerfile", "data": source(file)]
    }

    private static func source(_ file: SourceFile) -> JSONValue { .string(Data(file.bytes).base64EncodedString()) }
}
