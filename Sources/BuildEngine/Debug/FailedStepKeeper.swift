import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import OCI
import Sandbox
import Synchronization
import SystemPackage

/// Keeps the first step of a build that fails, for ``StepDebugger``.
///
/// That is done only when it is asked for: a failed step may have written gigabytes, which hardly anybody looks at.
struct FailedStepKeeper: Sendable {
    /// How many failed steps a store keeps; the oldest ones go.
    static let maximum = 3

    private let store: ContentStore
    private let history: BuildHistory
    private let warn: @Sendable (String) -> Void
    private let isDone = Once()
    private var name = ""
    private var line: Int?

    private final class Once: Sendable {
        private let isDone = Atomic(false)
        func begin() -> Bool { !isDone.exchange(true, ordering: .acquiringAndReleasing) }
    }

    init(store: ContentStore, history: BuildHistory, warn: @escaping @Sendable (String) -> Void) {
        self.store = store
        self.history = history
        self.warn = warn
    }

    /// The same for a step.
    func of(_ operation: Operation) -> FailedStepKeeper {
        var keeper = self
        keeper.name = operation.name
        keeper.line = operation.range?.start.line
        return keeper
    }

    /// Moves what the step has written out of `scratch`, unless another one was faster. That this cannot be done does not
    /// make the error of the step less important: it is a warning.
    func keep(
        _ process: ProcessSpecification, over layers: [Digest], _ mounts: [ResolvedMount], in scratch: FilePath,
        because error: BuildError
    ) {
        guard isDone.begin() else { return }
        // Reopened without them it would be another place than the one that it failed in.
        guard process.runtime == nil, process.network == .host || process.network == .none else {
            return warn("the failed step cannot be kept: it has a private network, or another runtime than slipway's")
        }
        guard let build = history.number else { return warn("the failed step cannot be kept: the build has no log") }
        let step = KeptStep(
            build: build, name: name, dockerfile: history.dockerfile, line: line, error: error.message, time: .now,
            arguments: process.arguments, environment: process.environment,
            workingDirectory: process.workingDirectory.string, user: process.user, hostname: process.hostname,
            hasNetwork: process.network == .host, isInsecure: process.security == .insecure,
            resourceLimits: process.resourceLimits, sharedMemorySize: process.sharedMemorySize, layers: layers,
            mounts: mounts)
        do {
            try keep(step, in: scratch)
        } catch {
            warn("the failed step cannot be kept: \(error)")
        }
    }

    /// Killed at any moment, this leaves nothing or everything: the directory is made in the build's temporary one and
    /// gets its name last.
    private func keep(_ step: KeptStep, in scratch: FilePath) throws {
        let from = try DirectoryHandle(scratch)
        let state: FileName = "state"
        try from.makeDirectory(state, mode: 0o700)
        let directory = try from.openDirectory(state)
        let parts = [KeptStep.upper] + step.mounts.compactMap(\.writtenDirectory)
        for part in parts.compactMap({ FileName($0) }) { try from.rename(part, to: part, in: directory) }
        if let name = FileName(KeptStep.fileName) {
            try AtomicFile.write(step.json.encoded(), to: name, in: directory, mode: 0o600)
        }
        // What the step wrote may be in memory only, and no half of it is to be found after a crash of the machine.
        try directory.synchronizeFileSystem()
        try store.put(
            CacheRecord(
                key: ContentStore.stateKey(of: step.build), payload: [], layers: step.neededLayers,
                summary: "failed step of build \(step.build): \(step.name)"))
        let target = store.buildStateDirectory(step.build)
        guard let name = target.lastComponent.flatMap(FileName.init) else { return }
        try from.rename(state, to: name, in: try DirectoryHandle(target.removingLastComponent()))
        let kept = try store.buildDirectories().filter { KeptStep.exists(for: $0, in: store) }
        for build in kept.dropFirst(Self.maximum) { try store.removeBuildState(build) }
    }
}

extension ResolvedMount {
    /// The directory that took what was written to it.
    var writtenDirectory: String? {
        guard case .layers(_, _, _, _, let writes?) = self else { return nil }
        return "\(writes)-upper"
    }
}
