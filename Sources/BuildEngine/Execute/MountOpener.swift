import BuildGraph
import ContentStore
import FileSystem
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// Turns resolved mounts into those of a sandbox, with the secrets and agents that the command line gives.
struct MountOpener {
    /// Where secrets and agents come from.
    let request: BuildRequest
    let layerStore: LayerStore
    /// The variables that the stage itself sets.
    let environment: EnvironmentList
    /// A directory of the process for what is thrown away after it, on the store's file system.
    let scratch: FilePath
    /// Where what was written to mounts is, if not there.
    var state: FilePath?
    /// Whether secrets and agents may be missing that the step cannot do without.
    var isLenient = false

    /// Adds a mount. The hold of a cache is in `prepared` already.
    ///
    /// - Parameter index: tells the mounts of a step apart.
    func open(_ mount: ResolvedMount, _ index: Int, into prepared: inout PreparedMounts) throws {
        prepared.resolved.append(mount)
        switch mount {
        case .file(let bytes, let target, let mode):
            prepared.add(.file(bytes: bytes, target: FilePath(target), mode: mode), isDirectory: false)
        case .layers(let layers, let path, let target, let isDirectory, let writes):
            let directories = layerStore.overlayDirectories(of: layers)
            let writes = writes.map { name in
                SandboxMount.Scratch(
                    upper: (state ?? scratch).appending("\(name)-upper"), work: scratch.appending("\(name)-work"))
            }
            prepared.add(
                .layers(directories, subpath: FilePath(path), target: FilePath(target), scratch: writes),
                isDirectory: isDirectory)
        case .cache(let wish, let file, let isDirectory, let readOnly):
            guard let hold = prepared.caches[wish.identity] else { return }
            prepared.add(
                .bind(
                    source: file.map { hold.path.appending($0) } ?? hold.path, target: FilePath(wish.target),
                    readOnly: readOnly),
                isDirectory: isDirectory)
        case .tmpfs(let target, let size, let readOnly):
            prepared.add(.tmpfs(target: FilePath(target), size: size, readOnly: readOnly), isDirectory: true)
        case .secret(let id, let target, let isFile, let variable, let isRequired, let mode, let uid, let gid):
            let value = try secret(id, isRequired: isRequired)
            if let value { prepared.secrets.append(value) }
            if isFile, let value {
                prepared.add(
                    .file(bytes: value, target: FilePath(target), mode: mode, userID: uid, groupID: gid),
                    isDirectory: false)
            }
            // BuildKit sets the variable of a secret that is not there to nothing.
            if let variable { prepared.environment[variable] = String(decoding: value ?? [], as: UTF8.self) }
        case .ssh(let id, let target, let isRequired, let mode, let uid, let gid):
            guard let agent = try agent(id, isRequired: isRequired) else { return }
            let socket = scratch.appending("ssh-\(index)")
            prepared.agents.append(
                try AgentRelay(
                    listeningOn: socket, agent: agent, isRaw: request.rawAgents.contains(id), mode: mode, uid: uid,
                    gid: gid))
            prepared.add(.bind(source: socket, target: FilePath(target), readOnly: false), isDirectory: false)
            // The first one counts, and what the stage says itself counts more.
            let name = "SSH_AUTH_SOCK"
            if environment[name] == nil, prepared.environment[name] == nil { prepared.environment[name] = target }
        }
    }

    /// Makes the directories for what is written to a mount.
    func makeScratch(_ name: String, isNew: Bool = true) throws {
        let directory = try DirectoryHandle(scratch)
        for text in isNew ? ["\(name)-upper", "\(name)-work"] : ["\(name)-work"] {
            if let fileName = FileName(text) { try directory.makeDirectory(fileName) }
        }
    }

    private func agent(_ id: String, isRequired: Bool) throws -> FilePath? {
        if let agent = request.agents[id] { return agent }
        guard isRequired, !isLenient else { return nil }
        throw BuildError(
            .invalidOption, "ssh agent \(id): not given",
            help: "pass --ssh \(id) to the build, or --ssh \(id)=SOCKET, or --ssh \(id)=PRIVATE-KEY")
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
            guard isRequired, !isLenient else { return nil }
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
}
