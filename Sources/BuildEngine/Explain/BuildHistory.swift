import ContentStore
import Dockerfile
import FileSystem
import OCI
import Synchronization
import SystemPackage

/// What one build learns of earlier builds, and what it leaves for later ones.
///
/// A build is recorded when it is over; one that executes anything has a record from its first step on, so that what it
/// printed has a place, whatever becomes of it.
final class BuildHistory: Sendable {
    let store: ContentStore
    /// Where the Dockerfile stands: what makes builds builds of the same thing.
    let dockerfile: String

    private struct State {
        var steps: [ExecutedStep] = []
        var selections: [Digest: [UInt8]] = [:]
        var builds: [Int64: EarlierBuild] = [:]
        var number: Int64 = 0
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

    /// The number of this build; nil as long as it has none.
    var number: Int64? { state.withLock { $0.number == 0 ? nil : $0.number } }

    /// Records that the build has begun, and makes its directory. What was left of builds that are forgotten goes.
    func begin(_ request: BuildRequest, _ recorder: BuildRecorder) throws -> BuildDirectoryHold {
        let report = recorder.report(of: request, dockerfile: dockerfile, outcome: .running)
        let record = BuildRecord(started: report?.started ?? .now, payload: report?.payload ?? [])
        let number = try store.put(record)
        state.withLock { $0.number = number }
        let hold = try store.makeBuildDirectory(number)
        try store.removeBuildDirectories(through: number - ContentStore.maximumBuildRecords)
        return hold
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
        let (steps, selections, number) = state.withLock { ($0.steps, $0.selections, $0.number) }
        do {
            let record = BuildRecord(id: number, started: report.started, payload: report.payload)
            let stored = try store.put(record, steps: steps, selections: selections)
            state.withLock { $0.number = stored }
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
