import BuildGraph
import Dockerfile
import OCI
import Synchronization

/// Numbers the steps of a build and tells the sink of them.
final class Progress: Sendable {
    private let sink: any ProgressSink
    private let count = Mutex(0)
    private let warned = Mutex<Set<Diagnostic>>([])

    init(sink: any ProgressSink) { self.sink = sink }

    private func next() -> StepID {
        count.withLock { count in
            count += 1
            return StepID(rawValue: count)
        }
    }

    /// Does something that is a step of its own, outside the graph.
    func step<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        try await step(next(), name, body)
    }

    /// Does a transfer that is a step of its own. `body` tells of it: what, how many bytes so far, and of how many.
    func transferStep<Result>(
        _ name: String, _ body: (_ report: @escaping @Sendable (String, Int64, Int64?) -> Void) async throws -> Result
    ) async throws -> Result {
        let id = next()
        let sink = self.sink
        return try await step(id, name) {
            try await body { transfer, current, total in
                let event = ProgressEvent.Kind.transfer(
                    id, name: transfer, current: current, total: total, finished: current == total)
                sink.emit(ProgressEvent(kind: event))
            }
        }
    }

    private func step<Result>(_ id: StepID, _ name: String, _ body: () async throws -> Result) async throws -> Result {
        let description = StepDescription(
            id: id, digest: Digest.sha256(of: "\(id.rawValue) \(name)"), name: name, stage: nil, inputs: [], line: nil)
        sink.emit(ProgressEvent(kind: .planned([description])))
        sink.emit(ProgressEvent(kind: .started(id)))
        do {
            let result = try await body()
            sink.emit(ProgressEvent(kind: .finished(id, .executed)))
            return result
        } catch is CancellationError {
            sink.emit(ProgressEvent(kind: .finished(id, .canceled)))
            throw CancellationError()
        } catch {
            // Where it stands in the Dockerfile is told once, with the error that ends the build.
            let message = (error as? DockerfileError)?.message ?? "\(error)"
            sink.emit(ProgressEvent(kind: .finished(id, .failed(message: message))))
            throw error
        }
    }

    /// Tells of something that was done beside the steps.
    func note(_ text: String) {
        let id = next()
        let description = StepDescription(
            id: id, digest: Digest.sha256(of: "\(id.rawValue) \(text)"), name: text, stage: nil, inputs: [], line: nil)
        for kind in [ProgressEvent.Kind.planned([description]), .started(id), .finished(id, .executed)] {
            sink.emit(ProgressEvent(kind: kind))
        }
    }

    /// Tells of a warning, once: builds for several platforms come to the same ones.
    func warn(_ warning: Diagnostic) {
        guard warned.withLock({ $0.insert(warning).inserted }) else { return }
        sink.emit(ProgressEvent(kind: .warning(warning)))
    }

    /// A warning that stands at no place in the Dockerfile.
    func warn(_ code: String, _ message: String) {
        warn(Diagnostic(severity: .warning, code: Diagnostic.Code(rawValue: code), message: message))
    }

    /// Announces the operations of a graph.
    func plan(_ graph: BuildGraph, _ keys: DefinitionKeys) -> StepReporter {
        var ids: [OperationID: StepID] = [:]
        var descriptions: [StepDescription] = []
        for operation in graph.operations {
            if case .scratch = operation.kind { continue }
            let id = next()
            ids[operation.id] = id
            descriptions.append(
                StepDescription(
                    id: id, digest: keys.definition(operation.id), name: operation.name, stage: operation.stage,
                    inputs: operation.inputs.compactMap { ids[$0] }, line: operation.range?.start.line))
        }
        sink.emit(ProgressEvent(kind: .planned(descriptions)))
        let images = graph.operations.filter { if case .image = $0.kind { true } else { false } }
        return StepReporter(sink: sink, ids: ids, unkeyed: Set(images.map(\.id)))
    }
}
