import BuildGraph
import ContentStore
import FileSystem
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// What the mounts of one `RUN` come to: what the sandbox mounts, what the environment gets, and what has to stay
/// locked meanwhile.
struct PreparedMounts {
    private(set) var mounts: [SandboxMount] = []
    /// What has to be there for them to be mounted on.
    private(set) var points: [MountPoint] = ["/proc", "/dev", "/sys"].map { MountPoint(path: $0, isDirectory: true) }
    var environment = EnvironmentList()
    /// The secrets among them, which are not for anybody who reads what the process prints.
    var secrets: [[UInt8]] = []
    /// The same for whoever reopens the step.
    var resolved: [ResolvedMount] = []
    /// Cache directories in use, by what makes them different.
    var caches: [String: CacheMountHold] = [:]
    /// Sockets in use.
    var agents: [AgentRelay] = []

    /// Adds a mount of a directory or of a file.
    mutating func add(_ mount: SandboxMount, isDirectory: Bool) {
        mounts.append(mount)
        points.append(MountPoint(path: mount.target, isDirectory: isDirectory))
    }
}

/// Turns the mounts of a `RUN` into those of a sandbox.
struct MountPreparation {
    let request: BuildRequest
    let layerStore: LayerStore
    let caches: CacheMounts
    /// A directory of this step for what is thrown away after it.
    let scratch: FilePath
    /// The stack of layers, unpacked, that stands for a source.
    let stack: (FileOrigin, String) async throws -> [Digest]
    /// Fills a new cache directory.
    let seed: (FileOrigin, String, FilePath) async throws -> Void

    func prepare(_ run: RunOperation) async throws -> PreparedMounts {
        var prepared = PreparedMounts()
        let opener = MountOpener(
            request: request, layerStore: layerStore, environment: run.environment, scratch: scratch)
        let network = run.network == .private ? request.privateNetwork : nil
        for file in try HostFiles.mounts(for: run.limits, network: network) {
            try opener.open(file, 0, into: &prepared)
        }
        if let script = run.script {
            let target = FilePath("/dev/pipes").appending(script.name).string
            try opener.open(
                .file(bytes: script.content, target: target, mode: script.mode), 0, into: &prepared)
        }
        let uses = try await cacheUses(run)
        try await acquire(uses, for: &prepared)
        for (index, mount) in run.mounts.enumerated() {
            guard let resolved = try await resolve(mount, index, uses) else { continue }
            if case .layers(_, _, _, _, let writes?) = resolved { try opener.makeScratch(writes) }
            try opener.open(resolved, index, into: &prepared)
        }
        return prepared
    }

    private func resolve(_ mount: RunMount, _ index: Int, _ uses: [Int: CacheUse]) async throws -> ResolvedMount? {
        switch mount.kind {
        case .bind(let source, let path, let readOnly):
            let stack = try await stack(source, path)
            let kind = try status(of: path, in: stack, for: mount).kind
            return .layers(
                stack, path: path, target: mount.target, isDirectory: kind == .directory,
                writes: readOnly ? nil : "mount-\(index)")
        case .cache(let cache):
            guard let use = uses[index] else { return nil }
            // A seed that is a file is the only thing in its directory.
            let name = use.isDirectory ? nil : FilePath(cache.seedPath).lastComponent?.string
            var wish = use.wish
            wish.target = mount.target
            return .cache(wish, file: name, isDirectory: use.isDirectory, readOnly: cache.readOnly)
        case .tmpfs(let size, let readOnly):
            return .tmpfs(target: mount.target, size: size.map(UInt64.init), readOnly: readOnly)
        case .secret(let id, let isFile, let variable, let isRequired, let mode, let uid, let gid):
            return .secret(
                id: id, target: mount.target, isFile: isFile, variable: variable, isRequired: isRequired, mode: mode,
                uid: uid, gid: gid)
        case .ssh(let id, let isRequired, let mode, let uid, let gid):
            return .ssh(id: id, target: mount.target, isRequired: isRequired, mode: mode, uid: uid, gid: gid)
        }
    }

    /// What is to be mounted, which has to exist.
    func status(of path: String, in stack: [Digest], for mount: RunMount) throws -> FileStatus {
        let view = try LayerView(layers: stack, store: layerStore)
        guard let node = try view.lookup(FilePath(path), followFinalSymlink: true) else {
            throw BuildError(
                .copyFailed, "\"\(path)\": not found, so it cannot be mounted on \(mount.target)",
                help: "check the spelling of source= and what from= means")
        }
        return node.status
    }
}
