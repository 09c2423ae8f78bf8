import BuildGraph
import FileSystem
import FoundationEssentials
import OCI
import Sandbox

/// The form in which a failed step is kept.
extension KeptStep {
    private static let version: Int64 = 1

    var json: JSONValue {
        var json: JSONValue = [
            "version": .integer(Self.version), "name": .string(name), "dockerfile": .string(dockerfile),
            "error": .string(error),
            "time": .string(RFC3339.string(seconds: time.seconds, nanoseconds: time.nanoseconds)),
            "arguments": .array(arguments.map { .string($0) }), "environment": .array(environment.map { .string($0) }),
            "workingDirectory": .string(workingDirectory),
            "user": .array(
                ([user.userID, user.groupID] + user.supplementaryGroupIDs).map { .integer(Int64($0)) }),
            "hostname": .string(hostname), "network": .bool(hasNetwork), "insecure": .bool(isInsecure),
            "sharedMemorySize": .integer(Int64(clamping: sharedMemorySize)),
            "limits": .array(
                resourceLimits.map {
                    .array([.integer(Int64($0.resource)), .string("\($0.soft)"), .string("\($0.hard)")])
                }),
            "layers": .array(layers.map { .string($0.description) }), "mounts": .array(mounts.map(\.json)),
        ]
        json["line"] = line.map { .integer(Int64($0)) }
        return json
    }

    /// Reads what `json` gave; nil for anything else.
    init?(_ json: JSONValue, build: Int64) {
        guard json["version"]?.integerValue == Self.version, let name = json["name"]?.stringValue,
            let time = json["time"]?.stringValue.flatMap(RFC3339.parse),
            let arguments = json["arguments"]?.strings, let environment = json["environment"]?.strings,
            let directory = json["workingDirectory"]?.stringValue,
            let ids = json["user"]?.arrayValue?.map({ $0.integerValue.flatMap(UInt32.init(exactly:)) }),
            let uid = ids.first ?? nil, let gid = ids.dropFirst().first ?? nil,
            let hostname = json["hostname"]?.stringValue, let hasNetwork = json["network"]?.boolValue,
            let isInsecure = json["insecure"]?.boolValue,
            let size = json["sharedMemorySize"]?.integerValue.flatMap(UInt64.init(exactly:)),
            let limits = json["limits"]?.arrayValue?.map(ResourceLimit.init(kept:)),
            let layers = json["layers"]?.digests, let mounts = json["mounts"]?.arrayValue?.map(ResolvedMount.init(_:))
        else { return nil }
        self.init(
            build: build, name: name, dockerfile: json["dockerfile"]?.stringValue ?? "",
            line: json["line"]?.integerValue.map { Int(clamping: $0) }, error: json["error"]?.stringValue ?? "",
            time: Timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds), arguments: arguments,
            environment: environment, workingDirectory: directory,
            user: UserIdentity(userID: uid, groupID: gid, supplementaryGroupIDs: ids.dropFirst(2).compactMap { $0 }),
            hostname: hostname, hasNetwork: hasNetwork, isInsecure: isInsecure,
            resourceLimits: limits.compactMap { $0 }, sharedMemorySize: size, layers: layers,
            mounts: mounts.compactMap { $0 })
        guard mounts.count == self.mounts.count, limits.count == resourceLimits.count else { return nil }
    }
}

extension ResourceLimit {
    fileprivate init?(kept json: JSONValue) {
        guard let fields = json.arrayValue, fields.count == 3,
            let resource = fields[0].integerValue.flatMap(UInt32.init(exactly:)),
            let soft = fields[1].stringValue.flatMap(UInt64.init), let hard = fields[2].stringValue.flatMap(UInt64.init)
        else { return nil }
        self.init(resource: resource, soft: soft, hard: hard)
    }
}

extension JSONValue {
    /// The texts of an array of nothing else.
    fileprivate var strings: [String]? {
        guard let array = arrayValue else { return nil }
        let strings = array.compactMap(\.stringValue)
        return strings.count == array.count ? strings : nil
    }

    fileprivate var digests: [Digest]? {
        guard let strings else { return nil }
        let digests = strings.compactMap { try? Digest(parsing: $0) }
        return digests.count == strings.count ? digests : nil
    }

    fileprivate func number<Number: FixedWidthInteger>(_ key: String) -> Number? {
        self[key]?.integerValue.flatMap(Number.init(exactly:))
    }
}

extension ResolvedMount {
    fileprivate var json: JSONValue {
        switch self {
        case .file(let bytes, let target, let mode):
            return [
                "type": "file", "target": .string(target), "mode": .integer(Int64(mode)),
                "bytes": .string(Data(bytes).base64EncodedString()),
            ]
        case .layers(let layers, let path, let target, let isDirectory, let writes):
            var json: JSONValue = [
                "type": "layers", "layers": .array(layers.map { .string($0.description) }), "path": .string(path),
                "target": .string(target), "directory": .bool(isDirectory),
            ]
            json["writes"] = writes.map { .string($0) }
            return json
        case .cache(let wish, let file, let isDirectory, let readOnly):
            var json: JSONValue = [
                "type": "cache", "id": .string(wish.id), "identity": .string(wish.identity),
                "target": .string(wish.target), "sharing": .string(wish.sharing.rawValue),
                "mode": .integer(Int64(wish.mode)), "uid": .integer(Int64(wish.uid)), "gid": .integer(Int64(wish.gid)),
                "directory": .bool(isDirectory), "readOnly": .bool(readOnly),
            ]
            json["file"] = file.map { .string($0) }
            return json
        case .tmpfs(let target, let size, let readOnly):
            var json: JSONValue = ["type": "tmpfs", "target": .string(target), "readOnly": .bool(readOnly)]
            json["size"] = size.map { .integer(Int64(clamping: $0)) }
            return json
        case .secret(let id, let target, let isFile, let variable, let isRequired, let mode, let uid, let gid):
            var json: JSONValue = [
                "type": "secret", "id": .string(id), "target": .string(target), "file": .bool(isFile),
                "required": .bool(isRequired), "mode": .integer(Int64(mode)), "uid": .integer(Int64(uid)),
                "gid": .integer(Int64(gid)),
            ]
            json["variable"] = variable.map { .string($0) }
            return json
        case .ssh(let id, let target, let isRequired, let mode, let uid, let gid):
            return [
                "type": "ssh", "id": .string(id), "target": .string(target), "required": .bool(isRequired),
                "mode": .integer(Int64(mode)), "uid": .integer(Int64(uid)), "gid": .integer(Int64(gid)),
            ]
        }
    }

    fileprivate init?(_ json: JSONValue) {
        guard let target = json["target"]?.stringValue, target.hasPrefix("/") else { return nil }
        func flag(_ key: String) -> Bool { json[key]?.boolValue ?? false }
        switch json["type"]?.stringValue {
        case "file":
            guard let mode: UInt16 = json.number("mode"),
                let data = json["bytes"]?.stringValue.flatMap({ Data(base64Encoded: $0) })
            else { return nil }
            self = .file(bytes: Array(data), target: target, mode: mode)
        case "layers":
            guard let layers = json["layers"]?.digests, let path = json["path"]?.stringValue else { return nil }
            let writes = json["writes"]?.stringValue
            if let writes, FileName(writes) == nil { return nil }
            self = .layers(layers, path: path, target: target, isDirectory: flag("directory"), writes: writes)
        case "cache":
            guard let id = json["id"]?.stringValue, let identity = json["identity"]?.stringValue,
                let sharing = json["sharing"]?.stringValue.flatMap(RunMount.Sharing.init(rawValue:)),
                let mode: UInt16 = json.number("mode"), let uid: UInt32 = json.number("uid"),
                let gid: UInt32 = json.number("gid")
            else { return nil }
            let file = json["file"]?.stringValue
            if let file, FileName(file) == nil { return nil }
            let wish = CacheMounts.Wish(
                id: id, identity: identity, target: target, sharing: sharing, isFresh: false, mode: mode, uid: uid,
                gid: gid)
            self = .cache(wish, file: file, isDirectory: flag("directory"), readOnly: flag("readOnly"))
        case "tmpfs": self = .tmpfs(target: target, size: json.number("size"), readOnly: flag("readOnly"))
        case "secret":
            guard let id = json["id"]?.stringValue, let mode: UInt16 = json.number("mode"),
                let uid: UInt32 = json.number("uid"), let gid: UInt32 = json.number("gid")
            else { return nil }
            self = .secret(
                id: id, target: target, isFile: flag("file"), variable: json["variable"]?.stringValue,
                isRequired: flag("required"), mode: mode, uid: uid, gid: gid)
        case "ssh":
            guard let id = json["id"]?.stringValue, let mode: UInt16 = json.number("mode"),
                let uid: UInt32 = json.number("uid"), let gid: UInt32 = json.number("gid")
            else { return nil }
            self = .ssh(id: id, target: target, isRequired: flag("required"), mode: mode, uid: uid, gid: gid)
        default: return nil
        }
    }
}
