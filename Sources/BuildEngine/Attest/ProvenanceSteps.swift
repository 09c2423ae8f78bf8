import BuildGraph
import Dockerfile
import FoundationEssentials
import OCI

/// The steps of a build and the Dockerfile they stand in, for provenance with `mode=max`.
///
/// The form is that of BuildKit's LLB as JSON (`solver/pb/ops.proto`): sources, file operations and processes, each with the
/// steps it takes files from. What slipway executes is the graph, of which this is a translation.
struct ProvenanceSteps: Sendable {
    private var steps: [JSONValue] = []
    private var digests: [Digest] = []
    private var ranges: [SourceRange?] = []
    /// The step of each operation; none for `FROM scratch`.
    private var places: [OperationID: Int] = [:]
    /// The steps of contexts and addresses.
    private var sources: [String: Int] = [:]
    private let chain: [(id: OperationID, layerCount: Int)]
    private let dockerfile: SourceFile

    init(graph: BuildGraph, dockerfile: SourceFile, names: [ImageSource: String]) {
        self.dockerfile = dockerfile
        var count = 0
        chain = graph.chain(to: graph.result).map { operation in
            switch operation.kind {
            case .scratch: break
            case .image(_, let image): count += image.configuration.diffIDs.count
            case .run, .copy, .makeDirectory: count += 1
            }
            return (operation.id, count)
        }
        for operation in graph.operations { add(operation, names) }
        let last = places[graph.result].map { ["step\($0):0"] } ?? []
        _ = append(["Op": [:]], inputs: last, range: nil)
    }

    /// The steps, the last one being the result.
    var buildConfiguration: JSONValue {
        var mapping: [String: String] = [:]
        for (number, digest) in digests.enumerated() { mapping[digest.description] = "step\(number)" }
        return ["llbDefinition": .array(steps), "digestMapping": .strings(mapping)]
    }

    /// The Dockerfile, and where each step stands in it.
    var source: JSONValue {
        var locations: JSONValue = [:]
        for (number, range) in ranges.enumerated() {
            guard let range else { continue }
            let lines: JSONValue = [
                "start": ["line": .integer(Int64(range.start.line))], "end": ["line": .integer(Int64(range.end.line))],
            ]
            locations["step\(number)"] = ["locations": [["ranges": [lines]]]]
        }
        let info: JSONValue = [
            "filename": .string(dockerfile.name), "language": "Dockerfile",
            "data": .string(Data(dockerfile.bytes).base64EncodedString()),
        ]
        return ["locations": locations, "infos": [info]]
    }

    /// The layers of the image after each of its own steps.
    func layers(_ layers: [Descriptor]) -> JSONValue {
        var result: JSONValue = [:]
        for (id, count) in chain {
            guard let number = places[id], count <= layers.count else { continue }
            result["step\(number):0"] = [.array(layers.prefix(count).map(\.json))]
        }
        return result
    }

    // MARK: - Operations

    private mutating func append(_ operation: JSONValue, inputs: [String], range: SourceRange?) -> Int {
        let number = steps.count
        var step: JSONValue = ["id": .string("step\(number)"), "op": operation]
        if !inputs.isEmpty { step["inputs"] = .strings(inputs) }
        steps.append(step)
        digests.append(Digest.sha256(of: step.encoded()))
        ranges.append(range)
        return number
    }

    private mutating func add(_ operation: Operation, _ names: [ImageSource: String]) {
        let body: JSONValue
        var inputs: [String] = []
        switch operation.kind {
        case .scratch: return
        case .image(let source, let image):
            body = ["source": ["identifier": .string(source.identifier(of: image, names: names))]]
        case .run(let run): body = ["exec": exec(run, operation.base, &inputs)]
        case .copy(let copy): body = ["file": ["actions": .array(actions(copy, operation.base, &inputs))]]
        case .makeDirectory(let directory):
            let base = input(places[operation.base ?? operation.id], &inputs)
            var make: JSONValue = [
                "path": .string(directory.path), "mode": 0o755, "makeParents": true, "timestamp": -1,
            ]
            if !directory.owner.isEmpty { make["owner"] = Self.owner(directory.owner) }
            body = [
                "file": [
                    "actions": [
                        ["Action": ["mkdir": make], "input": .integer(base), "secondaryInput": -1, "output": 0]
                    ]
                ]
            ]
        }
        var step: JSONValue = ["Op": body]
        if case .copy = operation.kind {} else { step["platform"] = Self.platform(operation.platform) }
        places[operation.id] = append(step, inputs: inputs, range: operation.range)
    }

    /// The number of an input of a step, which is added if it is new; -1 for an empty file system.
    private func input(_ step: Int?, _ inputs: inout [String]) -> Int64 {
        guard let step else { return -1 }
        let name = "step\(step):0"
        if let known = inputs.firstIndex(of: name) { return Int64(known) }
        inputs.append(name)
        return Int64(inputs.count - 1)
    }

    /// The step that brings what is not in the graph.
    private mutating func step(of origin: FileOrigin) -> Int? {
        let identifier: String
        switch origin {
        case .operation(let id): return places[id]
        case .inline: return nil
        case .context(.main): identifier = "local://context"
        case .context(.named(let name)): identifier = "local://\(name)"
        case .remoteFile(let url, _): identifier = WebAddress.redacted(url)
        case .git(let address): identifier = "git://\(address.redacted)"
        }
        if let known = sources[identifier] { return known }
        let number = append(
            ["Op": ["source": ["identifier": .string(identifier)]], "constraints": [:]], inputs: [], range: nil)
        sources[identifier] = number
        return number
    }

    private mutating func actions(
        _ copy: CopyOperation, _ base: OperationID?, _ inputs: inout [String]
    ) -> [JSONValue] {
        // `--link` copies into an empty file system, which is laid over the base afterwards.
        var target = copy.isLinked ? -1 : input(base.flatMap { places[$0] }, &inputs)
        var actions: [(action: JSONValue, source: Int64)] = []
        for source in copy.sources {
            if case .inline(let file) = source.origin {
                var make: JSONValue = [
                    "path": .string(copy.destination + (copy.destination.hasSuffix("/") ? file.name : "")),
                    "mode": .integer(Int64(file.mode)), "timestamp": -1,
                    "data": .string(Data(file.content).base64EncodedString()),
                ]
                if let owner = copy.owner { make["owner"] = Self.owner(owner) }
                actions.append((["mkfile": make], -1))
                continue
            }
            let from = step(of: source.origin)
            var action: JSONValue = [
                "src": .string(source.path), "dest": .string(copy.destination), "createDestPath": true,
                "allowWildcard": true, "allowEmptyWildcard": true, "followSymlink": true, "dirCopyContents": true,
                "mode": -1, "timestamp": -1,
            ]
            if source.unpacks { action["attemptUnpackDockerCompatibility"] = true }
            if let owner = copy.owner { action["owner"] = Self.owner(owner) }
            if let mode = copy.modeText { action["modeStr"] = .string(mode) }
            if !copy.excludes.isEmpty { action["exclude_patterns"] = .strings(copy.excludes) }
            actions.append((["copy": action], input(from, &inputs)))
        }
        return actions.enumerated().map { number, action in
            // Each action works on what the one before left, which is counted after all inputs.
            defer { target = Int64(inputs.count + number) }
            return [
                "Action": action.action, "input": .integer(target), "secondaryInput": .integer(action.source),
                "output": .integer(number == actions.count - 1 ? 0 : -1),
            ]
        }
    }

    private mutating func exec(_ run: RunOperation, _ base: OperationID?, _ inputs: inout [String]) -> JSONValue {
        var root: JSONValue = ["dest": "/"]
        let number = input(base.flatMap { places[$0] }, &inputs)
        if number != 0 { root["input"] = .integer(number) }
        var mounts = [root]
        var variables: [JSONValue] = []
        for mount in run.mounts {
            var entry: JSONValue = ["dest": .string(mount.target)]
            let source = mount.source.flatMap { step(of: $0) }
            entry["input"] = .integer(input(source, &inputs))
            switch mount.kind {
            case .bind(_, let path, let readOnly):
                if path != "/" { entry["selector"] = .string(path) }
                if readOnly { entry["readonly"] = true }
            case .cache(let cache):
                entry["mountType"] = 3
                entry["cacheOpt"] = ["ID": .string(cache.id), "sharing": Self.number(cache.sharing)]
                if cache.readOnly { entry["readonly"] = true }
            case .tmpfs(let size, _):
                entry["mountType"] = 4
                if let size { entry["TmpfsOpt"] = ["size": .integer(size)] }
            case .secret(let id, let isFile, let variable, let isRequired, let mode, let uid, let gid):
                if let variable {
                    variables.append(["ID": .string(id), "name": .string(variable), "optional": .bool(!isRequired)])
                }
                guard isFile else { continue }
                entry["mountType"] = 1
                entry["secretOpt"] = Self.identity(id, isRequired, mode, uid, gid)
            case .ssh(let id, let isRequired, let mode, let uid, let gid):
                entry["mountType"] = 2
                entry["SSHOpt"] = Self.identity(id, isRequired, mode, uid, gid)
            }
            mounts.append(entry)
        }
        var meta: JSONValue = [
            "args": .strings(run.arguments), "env": .strings(run.environment.assignments),
            "cwd": .string(run.workingDirectory),
        ]
        if !run.user.isEmpty { meta["user"] = .string(run.user) }
        var exec: JSONValue = ["meta": meta, "mounts": .array(mounts)]
        if !variables.isEmpty { exec["secretenv"] = .array(variables) }
        switch run.network {
        case .default, .private: break
        case .host: exec["network"] = 1
        case .none: exec["network"] = 2
        }
        if run.security == .insecure { exec["security"] = 1 }
        return exec
    }

    private static func identity(
        _ id: String, _ isRequired: Bool, _ mode: UInt16, _ uid: UInt32, _ gid: UInt32
    ) -> JSONValue {
        var result: JSONValue = ["ID": .string(id), "mode": .integer(Int64(mode))]
        if uid != 0 { result["uid"] = .integer(Int64(uid)) }
        if gid != 0 { result["gid"] = .integer(Int64(gid)) }
        if !isRequired { result["optional"] = true }
        return result
    }

    private static func number(_ sharing: RunMount.Sharing) -> JSONValue {
        switch sharing {
        case .shared: 0
        case .private: 1
        case .locked: 2
        }
    }

    private static func owner(_ text: String) -> JSONValue {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        func user(_ text: String) -> JSONValue {
            if let id = UInt32(text) { return ["User": ["byId": .integer(Int64(id))]] }
            return ["User": ["byName": ["name": .string(text)]]]
        }
        var owner: JSONValue = [:]
        if let first = parts.first { owner["user"] = user(first) }
        if parts.count > 1 { owner["group"] = user(parts[1]) }
        return owner
    }

    private static func platform(_ platform: Platform) -> JSONValue {
        var result: JSONValue = ["Architecture": .string(platform.architecture), "OS": .string(platform.os)]
        if let variant = platform.variant { result["Variant"] = .string(variant) }
        return result
    }
}

extension ImageSource {
    /// The image as LLB names it.
    fileprivate func identifier(of image: BaseImage, names: [ImageSource: String]) -> String {
        switch self {
        case .reference(let reference):
            let name = reference.digest == nil ? reference.with(digest: image.resolved.digest) : reference
            return "docker-image://\(name.canonicalName)"
        case .layout:
            return "oci-layout://\(names[self] ?? "image")@\(image.resolved.digest)"
        }
    }
}
