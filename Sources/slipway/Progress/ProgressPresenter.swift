import BuildEngine
import FoundationEssentials
import Synchronization

/// Shows the progress of a build on standard error: takes the events, has a renderer turn them into text, writes it.
final class ProgressPresenter: ProgressSink {
    private let renderer: Mutex<any ProgressRenderer>
    private let output: ByteOutput
    private let now: @Sendable () -> Date

    init(
        _ renderer: sending any ProgressRenderer, output: ByteOutput, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.renderer = Mutex(renderer)
        self.output = output
        self.now = now
    }

    /// The text is written under the lock: lines of two tasks must come out in the order of their numbers.
    func emit(_ event: ProgressEvent) {
        renderer.withLock { show($0.handle(event)) }
    }

    /// Runs a build and shows it until it ends, whichever way.
    func present<Result>(_ build: () async throws -> Result) async throws -> Result {
        let frames = Task {
            while !Task.isCancelled {
                tick()
                do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
            }
        }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await build()) } catch { result = .failure(error) }
        frames.cancel()
        await frames.value
        let succeeded = if case .success = result { true } else { false }
        renderer.withLock { show($0.finish(succeeded: succeeded, now: now(), size: size)) }
        return try result.get()
    }

    /// The step that made the build fail, if one did.
    var failure: StepFailure? { renderer.withLock { $0.failure } }

    private func tick() {
        renderer.withLock { show($0.tick(now: now(), size: size)) }
    }

    private var size: TerminalSize { output.size() ?? TerminalSize(columns: 80, rows: 24) }

    /// Progress that nobody reads any more is no reason to stop a build.
    private func show(_ text: String) {
        guard !text.isEmpty else { return }
        do { try output.write(text) } catch { return }
    }
}
