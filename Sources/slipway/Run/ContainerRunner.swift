import BuildEngine
import ContentStore
import FileSystem
import LayerStore
import OCI
import Sandbox
import SystemPackage

/// Starts an image: its layers below, a writable directory on top that lasts as long as the process.
struct ContainerRunner {
    let store: ContentStore
    let launcher: SandboxLauncher
    let options: RunOptions
    /// `PATH`, for programs of the machine.
    let path: String?

    /// Runs the process to its end.
    ///
    /// - Parameter signals: those that slipway gets. The first one has the process stop as the image says, the second
    ///   one kills it.
    /// - Returns: how it ended; `nil` if it was killed because it did not stop.
    func run(_ streams: StandardStreams, signals: AsyncStream<Int32>) async throws -> ExitStatus? {
        let image = try store.image(try store.image(matching: options.image), for: options.platform)
        let hostname = String(image.manifest.configuration.digest.hex.prefix(12))
        var process = try ContainerProcess(options, image.configuration.container, hostname: hostname)
        let layers = LayerStore(store: store)
        try await unpack(image, into: layers)
        let view = try LayerView(layers: image.configuration.diffIDs, store: layers)
        let user = try user(process.user, in: view)
        process.setHome(user.home)

        let lease = try store.lease()
        try launcher.cleanUpOnExit(lease.directory)
        let network = try self.network()
        let mounts = try self.mounts(network)
        let specification = ProcessSpecification(
            arguments: process.arguments, environment: process.environment,
            workingDirectory: FilePath(process.workingDirectory),
            user: Sandbox.UserIdentity(
                userID: user.uid, groupID: user.gid, supplementaryGroupIDs: user.supplementaryGroups),
            hostname: hostname, root: try root(of: view, layers, in: lease.directory), mounts: mounts,
            network: network, hasTerminal: options.hasTerminal, runtime: try runtime(in: lease.directory))
        let status: ExitStatus?
        do {
            status = try await Self.run(
                specification, stopSignal: process.stopSignal, streams, signals: signals, launcher)
        } catch let error as SandboxError
            where error.code == .executableNotRunnable || error.code == .executableNotFound
        {
            guard let program = process.arguments.first,
                let machine = try ProgramInspection.explanation(
                    of: program, in: view, environment: process.environment)
            else { throw error }
            throw CommandFailure(
                "exec: \"\(program)\": \(machine.reason)", help: machine.help, exitCode: .notExecutable)
        }
        try launcher.keepOnExit(lease.directory)
        try lease.end()
        return status
    }

    private func unpack(_ image: ResolvedImage, into layers: LayerStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (diffID, descriptor) in image.layers {
                group.addTask { try await layers.unpack(diffID: diffID, blob: descriptor) }
            }
            try await group.waitForAll()
        }
    }

    private func user(_ specification: String, in view: LayerView) throws -> ImageUser {
        do { return try UserDatabase(of: view).process(specification) } catch let error as UnknownUser {
            throw CommandFailure("\(error)", exitCode: .containerFailure)
        }
    }

    private func runtime(in directory: FilePath) throws -> RuntimeBundle? {
        guard let name = options.runtime else { return nil }
        let runtime = try ContainerRuntime.find(name, path: path)
        try DirectoryHandle(directory).makeDirectory("bundle", mode: 0o700)
        return RuntimeBundle(runtime, directory: directory.appending("bundle"))
    }

    private func network() throws -> NetworkAccess {
        switch options.network {
        case .host: .host
        case .none: .none
        case .private: .private(try PrivateNetwork.find(path: path))
        }
    }

    /// The machine's name resolution, since the network is the machine's, and what the command line asks for.
    private func mounts(_ network: NetworkAccess) throws -> [SandboxMount] {
        var mounts: [SandboxMount] = []
        for path: FilePath in ["/etc/resolv.conf", "/etc/hosts"] {
            do {
                let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
                defer { file.closeAfterReading() }
                var bytes = try file.readAll(limit: 1 << 20, path: path)
                if case .private(let network) = network, path == "/etc/resolv.conf" {
                    bytes = network.resolverConfiguration(host: bytes)
                }
                mounts.append(.file(bytes: bytes, target: path, readOnly: false))
            } catch Errno.noSuchFileOrDirectory { continue }
        }
        for volume in options.volumes {
            mounts.append(
                .bind(
                    source: try HostPath.resolved(volume.source), target: volume.target,
                    readOnly: volume.isReadOnly, recursive: true))
        }
        return mounts
    }

    /// Nothing of the writable directory is kept, so mount points that the image does not have may be made in it.
    private func root(
        of view: LayerView, _ layers: LayerStore, in directory: FilePath
    ) throws -> RootFilesystem {
        let parent = try DirectoryHandle(directory)
        for name: FileName in ["upper", "work"] { try parent.makeDirectory(name) }
        // An overlay shows the mode and owner of its topmost directory as those of `/`.
        let status = view.root.status
        try parent.setOwner(of: "upper", uid: status.uid, gid: status.gid)
        try parent.setMode(of: "upper", to: status.mode)
        return .overlay(
            lower: layers.overlayDirectories(of: view.layers), upper: directory.appending("upper"),
            work: directory.appending("work"))
    }
}
