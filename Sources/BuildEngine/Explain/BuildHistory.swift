import ContentStore
import Dockerfile
import OCI
import Synchronization
import SystemPackage

/// What one build learns of earlier builds, and what it leaves for later ones. Nothing is written before the build is over.
final class BuildHistory: Sendable {
    let store: ContentStore
    /// Where the Dockerfile stands: what makes builds builds of the same thing.
    let dockerfile: String

    private struct State {
        var steps: [ExecutedStep] = []
        var selections: [Digest: [UInt8]] = [:]
        var builds: [Int64: EarlierBuild] = [:]
    }

    private let state = Mutex(State())

    init(store: ContentStore, dockerfile: String) {
        self.store = store
        self.dockerfile = dockerfile
    }

    /// Remembers a step that was executed, with the files that it used.
    func add(_ step: ExecutedStep, selections: [Digest: [UInt8]]) {
        state.withLock { state in
            state.steps.append(step)
            state.selections.merge(selections) { first, _ in first }
        }
    }

    /// An earlier build by its number; nil when it is forgotten.
    func build(_ id: Int64) throws -> EarlierBuild? {
        if let known = state.withLock({ $0.builds[id] }) { return known }
        guard let record = try store.buildRecord(id), let report = BuildReport(record) else { return nil }
        let build = EarlierBuild(id: id, started: record.started, label: report.label)
        state.withLock { $0.builds[id] = build }
        return build
    }

    /// Writes down the build with what became of its steps; nothing if it never came to one. That this cannot be done is no
    /// reason to lose a result, or what is wrong with a build: it is a warning.
    func save(
        _ request: BuildRequest, _ recorder: BuildRecorder, _ outcome: BuildReport.Outcome, images: [Digest] = [],
        warning progress: Progress
    ) {
        guard let report = recorder.report(of: request, dockerfile: dockerfile, outcome: outcome, images: images) else {
            return
        }
        let (steps, selections) = state.withLock { ($0.steps, $0.selections) }
        do {
            try store.put(
                BuildRecord(started: report.started, payload: report.payload), steps: steps, selections: selections)
        } catch {
            progress.warn("BuildNotRecorded", "the build cannot be recorded for later explanations: \(error)")
        }
    }
}

extension BuildResult {
    /// The digests that the image is known by.
    var digests: [Digest] { [image?.digest, configurationDigest].compactMap { $0 } }
}

extension LoadedDockerfile {
    /// Where the Dockerfile stands: a path of this machine, or the address of the context with the name in it.
    func place(in request: BuildRequest) -> String {
        let isFetched = context?.isFetched ?? false
        if let path, !isFetched { return path.lexicallyNormalized().string }
        switch request.context {
        case .git(let address): return "\(source.name) of \(address.redacted)"
        case .web(let address): return "\(source.name) of \(WebAddress.redacted(address))"
        case .archive(let path): return "\(source.name) of \(path)"
        case .directory(let path): return "\(source.name) for \(path)"
        case .stream, nil: return "\(source.name) from standard input"
        }
    }
}
