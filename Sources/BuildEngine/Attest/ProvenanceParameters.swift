import BuildGraph
import Dockerfile
import OCI
import SystemPackage

/// What a build was asked for, as BuildKit's frontend is asked for it: `build-arg:VERSION`, `target`.
struct ProvenanceParameters: Sendable {
    /// By BuildKit's keys.
    let arguments: [String: String]
    /// The address of the context, where it is not of this machine, without user name and password.
    let contextAddress: String?
    /// The commit or the digest that the address stood for.
    let contextDigest: (algorithm: String, hex: String)?
    /// The Dockerfile's path in the context, or its name.
    let path: String

    init(_ request: BuildRequest, dockerfile: String, origin: ContextOrigin?) {
        var arguments: [String: String] = [:]
        for variable in request.plan.buildArguments.variables {
            arguments["build-arg:\(variable.name)"] = Self.safe(variable.value, of: variable.name)
        }
        for label in request.plan.labels.variables { arguments["label:\(label.name)"] = label.value }
        arguments["target"] = request.plan.target
        switch request.plan.noCache {
        case .never: break
        case .always: arguments["no-cache"] = ""
        case .stages(let stages): arguments["no-cache"] = stages.sorted().joined(separator: ",")
        }
        if request.plan.network != .default { arguments["force-network-mode"] = request.plan.network.rawValue }
        for (name, context) in request.namedContexts { arguments["context:\(name)"] = Self.text(context, name) }
        let limits = request.plan.limits
        arguments["shm-size"] = limits.sharedMemorySize.map { "\($0)" }
        if !limits.resourceLimits.isEmpty {
            arguments["ulimit"] = limits.resourceLimits.map { "\($0.name)=\($0.soft):\($0.hard)" }
                .joined(separator: ",")
        }
        if !limits.extraHosts.isEmpty {
            arguments["add-hosts"] = limits.extraHosts.map { "\($0.name)=\($0.address)" }.joined(separator: ",")
        }
        self.arguments = arguments
        path = dockerfile
        switch origin {
        case .repository(let address, let commit):
            contextAddress = address.redacted
            contextDigest = (commit.utf8.count == 64 ? "sha256" : "sha1", commit)
        case .file(let address, let digest):
            contextAddress = WebAddress.redacted(address)
            contextDigest = (digest.algorithm.rawValue, digest.hex)
        case nil: (contextAddress, contextDigest) = (nil, nil)
        }
    }

    /// Whether there is something that `mode=min` leaves out.
    var hasPrivateArguments: Bool { arguments.keys.contains(where: Self.isPrivate) }

    /// Where the Dockerfile came from.
    func configSource(pathKey: String) -> JSONValue {
        var source: JSONValue = [:]
        source[pathKey] = .string(path)
        source["uri"] = contextAddress.map { .string($0) }
        source["digest"] = contextDigest.map { .strings([$0.algorithm: $0.hex]) }
        return source
    }

    /// What was asked for.
    func request(_ mode: ProvenanceSettings.Mode, _ sources: ProvenanceSources) -> JSONValue {
        let told = mode == .max ? arguments : arguments.filter { !Self.isPrivate($0.key) }
        var request: JSONValue = ["frontend": "dockerfile.v0"]
        if !told.isEmpty { request["args"] = .strings(told) }
        if mode == .max {
            if !sources.secrets.isEmpty { request["secrets"] = Self.list(sources.secrets) }
            if !sources.agents.isEmpty { request["ssh"] = Self.list(sources.agents) }
        }
        if !sources.locals.isEmpty { request["locals"] = .array(sources.locals.map { ["name": .string($0)] }) }
        return request
    }

    private static func isPrivate(_ key: String) -> Bool { key.hasPrefix("build-arg:") || key.hasPrefix("label:") }

    private static func list(_ ids: [String: Bool]) -> JSONValue {
        .array(
            ids.sorted { $0.key < $1.key }.map { id, isOptional in
                isOptional ? ["id": .string(id), "optional": true] : ["id": .string(id)]
            })
    }

    /// The address of a proxy may hold a password.
    private static func safe(_ value: String, of name: String) -> String {
        name.lowercased().hasSuffix("_proxy") && value.contains("://") ? WebAddress.redacted(value) : value
    }

    private static func text(_ context: BuildRequest.NamedContext, _ name: String) -> String {
        switch context {
        case .image(.reference(let reference)): "docker-image://\(reference.canonicalName)"
        // Where it lies on this machine is nobody's business.
        case .image(.layout(_, let tag, let digest)):
            "oci-layout://\(name)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
        case .files(.git(let address)): address.redacted
        case .files(.web(let address)): WebAddress.redacted(address)
        case .files(.directory), .files(.archive), .files(.stream): "local:\(name)"
        }
    }
}
