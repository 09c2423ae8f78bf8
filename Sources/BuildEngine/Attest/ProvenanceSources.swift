import BuildGraph
import Dockerfile
import OCI
import Remote

/// What went into an image from elsewhere, with the digests it had.
struct ProvenanceSources: Sendable {
    /// SLSA's resource descriptors: images, then repositories, then files, each kind sorted.
    let dependencies: [JSONValue]
    /// Names of the directories of this machine that were used: `context`, `dockerfile`, named ones.
    let locals: [String]
    /// Ids of secrets and agents, and whether the build can do without.
    let secrets: [String: Bool]
    let agents: [String: Bool]
    /// Whether a step could reach a network.
    let usesNetwork: Bool

    /// Whether digests stand for everything that was used. None does for a directory of this machine.
    var areComplete: Bool { locals.isEmpty }
    /// Whether nothing but what is told went in.
    var isHermetic: Bool { areComplete && !usesNetwork }

    /// - Parameters:
    ///   - origins: what was fetched for contexts that are not of this machine.
    ///   - locals: the names of those that were here.
    ///   - names: the contexts that images were given as.
    init(
        graph: BuildGraph, remotes: RemoteSources, origins: [ContextOrigin], locals: Set<String>,
        names: [ImageSource: String]
    ) {
        var images: [String: Digest] = [:]
        var repositories: [String: String] = [:]
        var files: [String: Digest] = [:]
        func add(_ origin: ContextOrigin) {
            switch origin {
            case .repository(let address, let commit): repositories[address.provenance] = commit
            case .file(let address, let digest): files[WebAddress.redacted(address)] = digest
            }
        }
        origins.forEach(add)
        var secrets: [String: Bool] = [:]
        var agents: [String: Bool] = [:]
        var usesNetwork = false
        for operation in graph.operations {
            switch operation.kind {
            case .image(let source, let image):
                images[source.packageURL(of: image, platform: operation.platform, names: names)] = image.resolved.digest
            case .copy(let copy):
                for source in copy.sources { remotes.origin(of: source.origin).map(add) }
            case .run(let run):
                if run.network != .none { usesNetwork = true }
                for mount in run.mounts {
                    switch mount.kind {
                    case .secret(let id, _, _, let isRequired, _, _, _):
                        secrets[id] = (secrets[id] ?? true) && !isRequired
                    case .ssh(let id, let isRequired, _, _, _):
                        agents[id] = (agents[id] ?? true) && !isRequired
                    case .bind, .cache, .tmpfs: break
                    }
                }
            case .scratch, .makeDirectory: break
            }
        }
        func descriptor(_ uri: String, _ algorithm: String, _ hex: String) -> JSONValue {
            ["uri": .string(uri), "digest": .strings([algorithm: hex])]
        }
        dependencies =
            images.sorted { $0.key < $1.key }.map { descriptor($0.key, $0.value.algorithm.rawValue, $0.value.hex) }
            + repositories.sorted { $0.key < $1.key }.map {
                descriptor($0.key, $0.value.utf8.count == 64 ? "sha256" : "sha1", $0.value)
            }
            + files.sorted { $0.key < $1.key }.map { descriptor($0.key, $0.value.algorithm.rawValue, $0.value.hex) }
        self.locals = locals.sorted()
        self.secrets = secrets
        self.agents = agents
        self.usesNetwork = usesNetwork
    }
}

/// What a context that is not of this machine came from.
enum ContextOrigin: Sendable, Hashable {
    case repository(GitAddress, commit: String)
    case file(String, digest: Digest)
}

extension GitAddress {
    /// The remote and the reference, without user name and password.
    fileprivate var provenance: String {
        (remote.contains("://") ? WebAddress.redacted(remote) : remote) + (reference.map { "#" + $0 } ?? "")
    }
}

extension ImageSource {
    /// The image as a package URL. One of a layout has the name of the context that it was given as.
    fileprivate func packageURL(of image: BaseImage, platform: Platform, names: [ImageSource: String]) -> String {
        switch self {
        case .reference(let reference): return reference.packageURL(platform: platform)
        case .layout:
            let digest = image.resolved.digest
            let reference = names[self].flatMap { try? ImageReference(parsing: "\($0)@\(digest)") }
            return reference?.packageURL(.oci, platform: platform) ?? "pkg:oci/_?digest=\(digest)"
        }
    }
}
