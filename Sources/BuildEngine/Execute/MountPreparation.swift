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
        prepared.add(
            .file(
                bytes: try HostFiles.resolverConfiguration(
                    for: run.network == .private ? request.privateNetwork : nil), target: "/etc/resolv.conf"),
            isDirectory: false)
        prepared.add(.file(bytes: HostFiles.hosts(run.limits), target: "/etc/hosts"), isDirectory: false)
        if let script = run.script {
            let target = FilePath("/dev/pipes").appending(script.name)
            prepared.add(.file(bytes: script.content, target: target, mode: script.mode), isDirectory: false)
        }
        let uses = try await cacheUses(run)
        try await acquire(uses, for: &prepared)
        for (index, mount) in run.mounts.enumerated() {
            try await add(mount, index, run, uses, to: &prepared)
        }
        return prepared
    }

    private func add(
        _ mount: RunMount, _ index: Int, _ run: RunOperation, _ uses: [Int: CacheUse],
        to prepared: inout PreparedMounts
    ) async throws {
        let target = FilePath(mount.target)
        switch mount.kind {
        case .bind(let source, let path, let readOnly):
            let stack = try await stack(source, path)
            let kind = try status(of: path, in: stack, for: mount).kind
            let directories = layerStore.overlayDirectories(of: stack)
            let writes = readOnly ? nil : try scratchDirectories("mount-\(index)")
            prepared.add(
                .layers(directories, subpath: FilePath(path), target: target, scratch: writes),
                isDirectory: kind == .directory)
        case .cache(let cache):
            guard let use = uses[index], let hold = prepared.caches[use.wish.identity] else { return }
            // A seed that is a file is the only thing in its directory.
            let name = use.isDirectory ? nil : FilePath(cache.seedPath).lastComponent
            prepared.add(
                .bind(
                    source: name.map { hold.path.appending($0) } ?? hold.path, target: target,
                    readOnly: cache.readOnly),
                isDirectory: use.isDirectory)
        case .tmpfs(let size, let readOnly):
            prepared.add(
                .tmpfs(target: target, size: size.map(UInt64.init), readOnly: readOnly), isDirectory: true)
        case .secret(let id, let isFile, let variable, let isRequired, let mode, let uid, let gid):
            let value = try secret(id, isRequired: isRequired)
            if isFile, let value {
                prepared.add(
                    .file(bytes: value, target: target, mode: mode, userID: uid, groupID: gid), isDirectory: false)
            }
            // BuildKit sets the variable of a secret that is not there to nothing.
            if let variable { prepared.environment[variable] = String(decoding: value ?? [], as: UTF8.self) }
        case .ssh(let id, let isRequired, let mode, let uid, let gid):
            guard let agent = request.agents[id] else {
                guard isRequired else { return }
                throw BuildError(
                    .invalidOption, "ssh agent \(id): not given",
                    help: "pass --ssh \(id) to the build, or --ssh \(id)=SOCKET, or --ssh \(id)=PRIVATE-KEY")
            }
            let socket = scratch.appending("ssh-\(index)")
            prepared.agents.append(
                try AgentRelay(
                    listeningOn: socket, agent: agent, isRaw: request.rawAgents.contains(id), mode: mode, uid: uid,
                    gid: gid))
            prepared.add(.bind(source: socket, target: target, readOnly: false), isDirectory: false)
            let name = "SSH_AUTH_SOCK"
            // The first one counts, and what the stage says itself counts more.
            if run.environment[name] == nil, prepared.environment[name] == nil {
                prepared.environment[name] = mount.target
            }
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

    /// BuildKit's own limit: what builds here builds there as well.
    private static let largestSecret = 500 << 10

    private func secret(_ id: String, isRequired: Bool) throws -> [UInt8]? {
        let value: [UInt8]
        switch request.secrets[id] {
        case .value(let bytes): value = bytes
        case .file(let path):
            do {
                let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
                defer { file.closeAfterReading() }
                value = try file.readAll(limit: Self.largestSecret + 1, path: path)
            } catch let error as FileSystemError where error.code == .fileTooLarge {
                throw Self.tooLarge(id)
            } catch {
                throw BuildError(.invalidOption, "cannot read the secret \(id) from \(path)", cause: error)
            }
        case nil:
            guard isRequired else { return nil }
            throw BuildError(
                .invalidOption, "secret \(id): not found", help: "pass --secret id=\(id),src=FILE to the build")
        }
        guard value.count <= Self.largestSecret else { throw Self.tooLarge(id) }
        return value
    }

    private static func tooLarge(_ id: String) -> BuildError {
        BuildError(
            .invalidOption, "the secret \(id) is larger than \(largestSecret >> 10) KiB",
            help: "mount a large file with --mount=type=bind from a --build-context of its own")
    }

    private func scratchDirectories(_ name: String) throws -> SandboxMount.Scratch {
        let directory = try DirectoryHandle(scratch)
        let upper = "\(name)-upper"
        let work = "\(name)-work"
        for text in [upper, work] {
            if let fileName = FileName(text) { try directory.makeDirectory(fileName) }
        }
        return SandboxMount.Scratch(upper: scratch.appending(upper), work: scratch.appending(work))
    }
}
