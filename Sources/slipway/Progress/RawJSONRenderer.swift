import BuildEngine
import Dockerfile
import FoundationEssentials
import OCI

/// Progress as one JSON object a line, in the shape of BuildKit's `SolveStatus` (moby/buildkit, client/graph.go), which
/// `docker buildx build --progress rawjson` prints: `vertexes`, `statuses`, `logs` and `warnings`, each left out if empty.
///
/// Why a step runs is a member `explanation` of its vertex, which BuildKit's readers pass over.
struct RawJSONRenderer: ProgressRenderer {
    /// Whether vertexes say why they run.
    let explains: Bool

    private var board = StepBoard()

    init(explains: Bool = false) { self.explains = explains }

    mutating func handle(_ event: ProgressEvent) -> String {
        board.apply(event)
        let status: JSONValue
        switch event.kind {
        case .planned(let descriptions):
            let vertexes = descriptions.compactMap { vertex($0.id) }
            guard !vertexes.isEmpty else { return "" }
            status = ["vertexes": .array(vertexes)]
        case .explained where !explains: return ""
        case .started(let id), .finished(let id, _), .explained(let id, _):
            guard let vertex = vertex(id) else { return "" }
            status = ["vertexes": [vertex]]
        case .output(let id, let stream, let bytes):
            guard let step = board.steps[id] else { return "" }
            status = [
                "logs": [
                    [
                        "vertex": .string(step.description.digest.description),
                        "stream": .integer(Int64(stream.rawValue)),
                        "data": .string(Data(bytes).base64EncodedString()),
                        "timestamp": Self.time(event.time),
                    ]
                ]
            ]
        case .transfer(let id, let name, _, _, _):
            guard let transfer = transfer(id, name, at: event.time) else { return "" }
            status = ["statuses": [transfer]]
        case .warning(let warning):
            var json = Self.warning(warning)
            json["vertex"] = board.running.flatMap { board.steps[$0] }.map {
                .string($0.description.digest.description)
            }
            status = ["warnings": [json]]
        }
        return Self.line(status)
    }

    func tick(now: Date, size: TerminalSize) -> String { "" }

    func finish(succeeded: Bool, now: Date, size: TerminalSize) -> String { "" }

    var failure: StepFailure? { board.failure }

    /// The error that ends a build. `SolveStatus` has no place for it, so it is a member of its own, which readers of
    /// `SolveStatus` pass over: whoever reads this stream need not expect lines that are not JSON.
    static func error(_ report: ErrorReport) -> String {
        var error: JSONValue = ["message": .string(report.message)]
        if let location = report.location {
            error["file"] = .string(location.file)
            error["line"] = .integer(Int64(location.line))
        }
        if let code = report.code { error["code"] = .string(code) }
        if let help = report.help { error["help"] = .string(help) }
        if !report.notes.isEmpty { error["notes"] = .strings(report.notes) }
        return line(["error": error])
    }

    private static func line(_ value: JSONValue) -> String {
        String(decoding: value.encoded(), as: UTF8.self) + "\n"
    }

    /// A `Date` knows about 100 ns; further digits would be noise.
    private static func time(_ date: Date) -> JSONValue {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        let fraction = (date.timeIntervalSince1970 - seconds) * 1e7
        guard abs(seconds) < 1e11 else { return .null }
        return .string(
            RFC3339.string(seconds: Int64(seconds), nanoseconds: Int32(min(max(fraction, 0), 9_999_999)) * 100))
    }

    private func vertex(_ id: StepID) -> JSONValue? {
        guard let step = board.steps[id] else { return nil }
        var vertex: JSONValue = [
            "digest": .string(step.description.digest.description), "name": .string(step.description.name),
        ]
        let inputs = step.description.inputs.compactMap { board.steps[$0]?.description.digest.description }
        if !inputs.isEmpty { vertex["inputs"] = .strings(inputs) }
        vertex["started"] = step.started.map(Self.time)
        vertex["completed"] = step.finished.map(Self.time)
        if explains { vertex["explanation"] = step.explanation?.json }
        switch step.state {
        case .cached: vertex["cached"] = true
        case .failed(let message): vertex["error"] = .string(message)
        case .canceled: vertex["error"] = "context canceled"
        case .pending, .running, .executed: break
        }
        return vertex
    }

    private func transfer(_ id: StepID, _ name: String, at time: Date) -> JSONValue? {
        guard let step = board.steps[id], let transfer = step.transfers.first(where: { $0.name == name }) else {
            return nil
        }
        var status: JSONValue = [
            "id": .string(name), "vertex": .string(step.description.digest.description),
            "current": .integer(transfer.current), "timestamp": Self.time(time), "started": Self.time(transfer.started),
        ]
        status["total"] = transfer.total.map { .integer($0) }
        status["completed"] = transfer.finished.map(Self.time)
        return status
    }

    /// A `VertexWarning` (moby/buildkit, client/graph.go).
    private static func warning(_ warning: Diagnostic) -> JSONValue {
        func base64(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }
        var json: JSONValue = ["level": 1, "short": base64(warning.shortText)]
        json["detail"] = CheckRule(rawValue: warning.code.rawValue).map { [base64($0.summary)] }
        json["url"] = warning.url.map { .string($0) }
        if let range = warning.range { json["range"] = CallJSON.ranges(range) }
        json["sourceInfo"] = warning.source.map(CallJSON.sourceInfo)
        return json
    }
}
