import BuildEngine
import HTTP
import OCI
import Registry
import Transfer

/// Shows the moving of one image as a step of a build whose transfers are its blobs.
struct TransferProgress: Sendable {
    private static let step = StepID(rawValue: 1)
    let sink: any ProgressSink

    /// Carries out `body` as a step of that name.
    func show<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        let description = StepDescription(
            id: Self.step, digest: Digest.sha256(of: name), name: name, stage: nil, inputs: [], line: nil)
        emit(.planned([description]))
        emit(.started(Self.step))
        do {
            let result = try await body()
            emit(.finished(Self.step, .executed))
            return result
        } catch {
            let isCanceled = error is CancellationError || (error as? RegistryError)?.code == .canceled
            emit(.finished(Self.step, isCanceled ? .canceled : .failed(message: "\(error)")))
            throw error
        }
    }

    /// Shows what happened to a blob.
    func report(_ event: ImageTransfer.Event) {
        switch event {
        case .fetching(let blob, let current): transfer(blob, current, "")
        case .pushing(.sending(let blob, let current)):
            // It is there when the registry says so.
            if current < blob.size { transfer(blob, current, "") }
        case .pushing(.sent(let blob)): transfer(blob, blob.size, "")
        case .pushing(.spared(let blob, let isMounted)):
            transfer(blob, blob.size, isMounted ? " mounted" : " exists already")
        }
    }

    private func transfer(_ blob: Descriptor, _ current: Int64, _ note: String) {
        emit(
            .transfer(
                Self.step, name: blob.digest.short + note, current: current, total: blob.size,
                finished: current == blob.size))
    }

    private func emit(_ kind: ProgressEvent.Kind) { sink.emit(ProgressEvent(kind: kind)) }
}
