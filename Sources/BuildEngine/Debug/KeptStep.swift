public import ContentStore
public import FileSystem
import OCI
import Sandbox
import SystemPackage

/// The failed step of a build, as it is kept for `slipway debug`: everything that its process had, but secrets.
///
/// It is `builds/<number>/state/`: `step.json`, which this is, and the directories that took what the step wrote: `upper` of
/// its root and one of each mount that can be written to. A cache record keeps the layers below from being collected.
public struct KeptStep: Sendable, Hashable {
    /// The number of the build.
    public var build: Int64
    /// `[build 2/5] RUN go build`.
    public var name: String
    /// Where the Dockerfile stands.
    public var dockerfile: String
    /// The line of the Dockerfile, from 1.
    public var line: Int?
    /// Why it failed.
    public var error: String
    /// When.
    public var time: Timestamp

    /// The command.
    var arguments: [String]
    /// Without the values of secrets, and without proxies, whose addresses may hold passwords.
    var environment: [String]
    var workingDirectory: String
    var user: UserIdentity
    var hostname: String
    var hasNetwork: Bool
    var isInsecure: Bool
    var resourceLimits: [ResourceLimit]
    var sharedMemorySize: UInt64
    /// The layers below, the lowest first.
    var layers: [Digest]
    var mounts: [ResolvedMount]

    static let fileName = "step.json"
    static let upper = "upper"
    private static let limit = 16 << 20

    /// Whether the failed step of a build is kept.
    public static func exists(for build: Int64, in store: ContentStore) -> Bool {
        guard let parent = try? DirectoryHandle(store.buildStateDirectory(build)), let name = FileName(fileName) else {
            return false
        }
        return (try? parent.statusIfExists(of: name)) != nil
    }

    /// Reads what is kept of a build; nil where nothing is.
    ///
    /// Throws ``BuildError`` where it cannot be read.
    static func read(of build: Int64, in store: ContentStore) throws -> KeptStep? {
        guard exists(for: build, in: store) else { return nil }
        let path = store.buildStateDirectory(build).appending(fileName)
        let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
        defer { file.closeAfterReading() }
        guard let json = try? JSONValue(parsing: file.readAll(limit: limit, path: path)),
            let step = KeptStep(json, build: build)
        else {
            throw BuildError(
                .storeFailed, "what is kept of build \(build) was written by another version, or is damaged",
                help: "build again with --on-error=keep")
        }
        return step
    }

    /// The layers that have to be there.
    var neededLayers: [Digest] {
        var seen: Set<Digest> = []
        return (layers + mounts.flatMap(\.layers)).filter { seen.insert($0).inserted }
    }

    /// A shell to look around with: that of the step if it has one.
    var shell: String {
        let shells: Set = ["sh", "ash", "bash", "dash", "fish", "ksh", "zsh"]
        guard arguments.count > 2, arguments.dropFirst().dropLast().contains("-c"), let program = arguments.first,
            let name = FilePath(program).lastComponent, shells.contains(name.string)
        else { return "/bin/sh" }
        return program
    }

    /// What the step was given that has to be given again, in the words of the command line, and is not in `request`.
    func missing(in request: BuildRequest) -> [String] {
        mounts.compactMap { mount in
            switch mount {
            case .secret(let id, _, _, _, _, _, _, _) where request.secrets[id] == nil: "--secret id=\(id)"
            case .ssh(let id, _, _, _, _, _)
            where request.agents[id] == nil && request.agentKeys[id] == nil: "--ssh \(id)"
            default: nil
            }
        }
    }
}
