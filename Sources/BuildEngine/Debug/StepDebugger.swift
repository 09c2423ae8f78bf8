import BuildGraph
public import ContentStore
import FileSystem
import LayerStore
import OCI
public import Sandbox
public import SystemPackage

/// Reopens the failed step of a build, in this process or days later: a root with what the step had written, its mounts,
/// environment, user and working directory, and the same isolation.
///
/// What a process does there stays for the next one. What the step wrote to memory (tmpfs, /dev/shm) is gone with it.
public struct StepDebugger: Sendable {
    /// What is to be run.
    public struct Process: Sendable {
        /// A command; empty for a shell.
        public var arguments: [String] = []
        /// In place of the step's shell.
        public var shell: String?
        /// `user[:group]` in place of the step's.
        public var user: String?
        /// In place of the step's.
        public var workingDirectory: FilePath?
        /// `NAME=value`, in addition to the step's.
        public var environment: [String] = []
        /// Whether its standard input is a terminal that was made for it.
        public var hasTerminal = false

        /// A shell as the step's user.
        public init() {}
    }

    private let store: ContentStore
    private let launcher: SandboxLauncher
    private let layerStore: LayerStore

    /// A debugger on a store that can be written to.
    public init(store: ContentStore, launcher: SandboxLauncher) {
        self.store = store
        self.launcher = launcher
        layerStore = LayerStore(store: store)
    }

    /// The failed step of a build; nil if it was not kept.
    ///
    /// Throws ``BuildError`` where it cannot be read.
    public func step(of build: Int64) throws -> KeptStep? { try KeptStep.read(of: build, in: store) }

    /// What the step was given that is not kept and that `request` does not give: `--secret id=npm`.
    public func missing(for step: KeptStep, in request: BuildRequest) -> [String] { step.missing(in: request) }

    /// Has `run` run a process in the root of a step.
    ///
    /// - Parameter request: gives secrets and agents; nothing else of it counts.
    ///
    /// Throws ``BuildError`` when the root is not there any more or in use, and what `run` throws.
    public func open<Result: Sendable>(
        _ step: KeptStep, _ process: Process, _ request: BuildRequest,
        run: (ProcessSpecification) async throws -> Result
    ) async throws -> Result {
        guard let hold = try store.holdBuildDirectory(step.build) else {
            throw BuildError(
                .storeFailed, "the failed step of build \(step.build) is in use, or was removed at this moment",
                help: "only one process at a time can work in it")
        }
        defer { withExtendedLifetime(hold) {} }
        let launcher = self.launcher
        store.guardTemporaryDirectories { try? launcher.cleanUpOnExit($0) }
        try store.pin(step.neededLayers)
        try await bringBack(step)
        let lease = try store.lease()
        let result = try await KeyAgent.serve(request.agentKeys, in: lease.directory) { agents in
            var request = request
            request.agents.merge(agents) { $1 }
            let (specification, prepared) = try await specification(step, process, request, lease)
            defer { withExtendedLifetime((prepared.caches, prepared.agents)) {} }
            return try await run(specification)
        }
        try lease.end()
        return result
    }

    /// Sees to it that the layers below are unpacked.
    private func bringBack(_ step: KeptStep) async throws {
        do {
            try await LayerProvider(store: store, layers: layerStore).unpack(step.neededLayers)
        } catch let error as BuildError where error.code == .storeFailed {
            throw BuildError(
                .storeFailed, "the layers that the failed step of build \(step.build) stands on were removed",
                help: "build again with --on-error=keep", cause: error)
        }
    }

    private func specification(
        _ step: KeptStep, _ process: Process, _ request: BuildRequest, _ lease: Lease
    ) async throws -> (ProcessSpecification, PreparedMounts) {
        let state = store.buildStateDirectory(step.build)
        let scratch = lease.directory
        var environment = EnvironmentList(step.environment)
        let opener = MountOpener(
            request: request, layerStore: layerStore, environment: environment, scratch: scratch, state: state,
            isLenient: true)
        var prepared = try await mounts(of: step, opener, scratch)
        let view = try LayerView(layers: step.layers, store: layerStore)
        var lower = layerStore.overlayDirectories(of: step.layers)
        let stubs = try MountPointDirectories(lease: lease).directory(of: view.stubs(for: prepared.points))
        if let stubs { lower.insert(stubs, at: 0) }
        try DirectoryHandle(scratch).makeDirectory("work")
        for variable in prepared.environment.variables { environment[variable.name] = variable.value }
        for variable in EnvironmentList(process.environment).variables { environment[variable.name] = variable.value }
        var user = step.user
        if let text = process.user {
            let known = try UserDatabase(of: view).process(text)
            user = Sandbox.UserIdentity(
                userID: known.uid, groupID: known.gid, supplementaryGroupIDs: known.supplementaryGroups)
            environment["HOME"] = known.home
        }
        prepared.resolved = []
        let command = process.arguments.isEmpty ? [process.shell ?? step.shell] : process.arguments
        return (
            ProcessSpecification(
                arguments: command, environment: environment.assignments,
                workingDirectory: process.workingDirectory ?? FilePath(step.workingDirectory), user: user,
                hostname: step.hostname,
                root: .overlay(
                    lower: lower, upper: state.appending(KeptStep.upper), work: scratch.appending("work")),
                mounts: try prepared.mounts.map { try $0.like(view) }, network: step.hasNetwork ? .host : .none,
                security: step.isInsecure ? .insecure : .default, resourceLimits: step.resourceLimits,
                sharedMemorySize: step.sharedMemorySize, hasTerminal: process.hasTerminal),
            prepared
        )
    }

    private func mounts(of step: KeptStep, _ opener: MountOpener, _ scratch: FilePath) async throws -> PreparedMounts {
        var prepared = PreparedMounts()
        let caches = CacheMounts(store: store, scratch: scratch)
        // In the same order everywhere, so that nobody waits for each other.
        let wishes = step.mounts.compactMap { mount in
            if case .cache(let wish, _, _, _) = mount { wish } else { nil }
        }
        for wish in wishes.sorted(by: { $0.identity < $1.identity }) where prepared.caches[wish.identity] == nil {
            prepared.caches[wish.identity] = try await caches.acquire(wish) { _ in }
        }
        for (index, mount) in step.mounts.enumerated() {
            if case .layers(_, _, _, _, let writes?) = mount { try opener.makeScratch(writes, isNew: false) }
            try opener.open(mount, index, into: &prepared)
        }
        return prepared
    }
}
