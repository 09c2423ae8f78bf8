import OCI

/// A question that `--call` asks, as `--call=subrequests.describe` lists them (moby/buildkit, frontend/subrequests).
struct Subrequest {
    var name: String
    var summary: String
    /// Names and descriptions of options; nil and none differ in BuildKit's JSON.
    var options: [(name: String, summary: String)]?

    /// The questions in BuildKit's order. It does not list the build checks.
    static let all = [
        Subrequest(
            name: "outline", summary: "List all parameters current build target supports",
            options: [("target", "Target build stage")]),
        Subrequest(name: "targets", summary: "List all targets current build supports", options: []),
        Subrequest(name: "subrequests.describe", summary: "List available subrequest types"),
    ]

    private static let version = "1.0.0"

    /// The list as a table.
    static var text: String {
        let rows = all.map { [$0.name, version, $0.summary] }
        return TextTable(header: ["NAME", "VERSION", "DESCRIPTION"], rows: rows, minimumWidth: 0, gap: 1).text
    }

    /// The list with the members of BuildKit's `Request`.
    static var json: JSONValue {
        let results: JSONValue = [named("result.json", ""), named("result.txt", "")]
        let requests = all.map { request in
            let options = request.options.map { JSONValue.array($0.map { named($0.name, $0.summary) }) }
            let json: JSONValue = [
                "name": .string("frontend." + request.name), "version": .string(version), "type": "rpc",
                "description": .string(request.summary), "opts": options ?? .null, "inputs": .null,
                "metadata": results, "refs": .null,
            ]
            return json
        }
        return .array(requests)
    }

    private static func named(_ name: String, _ summary: String) -> JSONValue {
        ["name": .string(name), "description": .string(summary)]
    }
}
