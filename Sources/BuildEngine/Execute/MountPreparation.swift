import BuildGraph
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
    /// Cache directories in use.
    var caches: [CacheMounts.Acquired] = []

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
            .file(bytes: try HostFiles.resolverConfiguration(), target: "/etc/resolv.conf"), isDirectory: false)
        prepared.add(.file(bytes: HostFiles.hosts(run.limits), target: "/etc/hosts"), isDirectory: false)
        if let script = run.script {
            let target = FilePath("/dev/pipes").appending(script.name)
            prepared.add(.file(bytes: script.content, target: target, mode: script.mode), isDirectory: false)
        }
        for (index, mount) in run.mounts.enumerated() {
            try await add(mount, index, to: &prepared)
        }
        return prepared
    }

    private func add(_ mount: RunMount, _ index: Int, to prepared: inout PreparedMounts) async throws {
        let target = FilePath(mount.target)
        switch mount.kind {
        case .bind(let source, let path, let readOnly):
            let stack = try await stack(source, path)
            let view = try LayerView(layers: stack, store: layerStore)
            guard let node = try view.lookup(FilePath(path), followFinalSymlink: true) else {
                throw BuildError(.copyFailed, "\"\(path)\": not found, so it cannot be mounted on \(mount.target)")
            }
            let directories = layerStore.overlayDirectories(of: stack)
            let writes = readOnly ? nil : try scratchDirectories("mount-\(index)")
            prepared.add(
                .layers(directories, subpath: FilePath(path), target: target, scratch: writes),
                isDirectory: node.status.kind == .directory)
        case .cache(
            let id, let sharing, let isFresh, let seedSource, let seedPath, let mode, let uid, let gid, let readOnly):
            let cache = try await caches.acquire(
                id: id, sharing: sharing, isFresh: isFresh, mode: mode, uid: uid, gid: gid
            ) { directory in
                if let seedSource { try await seed(seedSource, seedPath, directory) }
            }
            prepared.caches.append(cache)
            prepared.add(.bind(source: cache.path, target: target, readOnly: readOnly), isDirectory: true)
        case .tmpfs(let size):
            prepared.add(.tmpfs(target: target, size: size.map(UInt64.init)), isDirectory: true)
        case .secret(let id, let isFile, let variable, let isRequired, let mode, let uid, let gid):
            guard let value = try secret(id, isRequired: isRequired) else { return }
            if isFile {
                prepared.add(
                    .file(bytes: value, target: target, mode: mode, userID: uid, groupID: gid), isDirectory: false)
            }
            if let variable { prepared.environment[variable] = String(decoding: value, as: UTF8.self) }
        case .ssh(let id, let isRequired, _, _, _):
            guard let socket = request.agents[id] else {
                guard isRequired else { return }
                throw BuildError(
                    .invalidOption, "ssh agent \(id): not given", help: "pass --ssh \(id) to the build")
            }
            prepared.add(.bind(source: socket, target: target, readOnly: false), isDirectory: false)
            prepared.environment["SSH_AUTH_SOCK"] = mount.target
        }
    }

    private func secret(_ id: String, isRequired: Bool) throws -> [UInt8]? {
        switch request.secrets[id] {
        case .value(let bytes): return bytes
        case .file(let path):
            do {
                let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
                defer { file.closeAfterReading() }
                return try file.readAll(limit: 512 << 10, path: path)
            } catch {
                throw BuildError(.invalidOption, "cannot read the secret \(id) from \(path)", cause: error)
            }
        case nil:
            guard isRequired else { return nil }
            throw BuildError(
                .invalidOption, "secret \(id): not found", help: "pass --secret id=\(id),src=FILE to the build")
        }
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
