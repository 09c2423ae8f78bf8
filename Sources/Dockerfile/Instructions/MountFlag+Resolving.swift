extension MountFlag {
    private static let keys = [
        "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid",
        "src", "dst", "destination", "ro", "rw", "readwrite", "env",
    ]

    /// The value of every option before the kind of mount is known to fit.
    private struct Values {
        var type = "bind"
        var from: String?
        var source = ""
        var target = ""
        var isReadOnly: Bool?
        var id = ""
        var sharing: Mount.Cache.Sharing?
        var required = false
        var size: Int64 = 0
        var mode: UInt32?
        var uid: UInt32?
        var gid: UInt32?
        var environmentName: String?
    }

    init(_ word: Word, source: SourceFile) throws(DockerfileError) {
        range = word.range
        guard let fields = CSVFields.parse(word.raw) else {
            throw DockerfileError(
                .invalidMount, "failed to parse csv mounts", help: "check the quotes", at: range, in: source)
        }
        options = fields.map { field in
            let pair = field.cut(at: Byte.equals)
            return Option(key: (pair?.before ?? field).lowercased(), value: pair?.after, field: field)
        }
        from = options.last { $0.key == "from" && $0.value != nil }?.value
        if let dollar = from?.utf8.firstIndex(of: Byte.dollar), from?.utf8.index(after: dollar) != from?.utf8.endIndex {
            throw DockerfileError(
                .invalidMount, "'from' doesn't support variable expansion, define alias stage instead",
                help: "write FROM \(from ?? "") AS <name> at the top and from=<name> here", at: range, in: source)
        }
    }

    /// The mount with its variables expanded and its options checked.
    ///
    /// - Throws: what is wrong with it; the range is that of the flag's value.
    public func resolve(_ expander: Expander) throws(DockerfileError) -> Mount {
        var values = Values()
        for option in options {
            var option = option
            if let value = option.value {
                option.value = try expander.expandWord(Word(raw: value, range: range))
            }
            do {
                try Self.apply(option, to: &values)
            } catch {
                throw DockerfileError(.invalidMount, error.message, help: error.help, at: range, in: expander.source)
            }
        }
        do {
            return try Self.mount(values)
        } catch {
            throw DockerfileError(.invalidMount, error.message, help: error.help, at: range, in: expander.source)
        }
    }

    private struct Invalid: Error {
        var message: String
        var help: String?

        init(_ message: String, help: String? = nil) {
            self.message = message
            self.help = help
        }
    }

    private static func apply(_ option: Option, to values: inout Values) throws(Invalid) {
        guard let value = option.value else { return try applySwitch(option, to: &values) }
        switch option.key {
        case "type":
            values.type = value.lowercased()
            let types = ["bind", "cache", "tmpfs", "secret", "ssh"]
            guard types.contains(values.type) else {
                throw Invalid(
                    "unsupported mount type \(value.quotedForMessage)",
                    help: Suggestion.help(for: value, among: types) ?? "use bind, cache, tmpfs, secret or ssh")
            }
        case "from": values.from = value
        case "source", "src": values.source = value
        case "target", "dst", "destination": values.target = value
        case "readonly", "ro": values.isReadOnly = try boolean(value, option.key)
        case "readwrite", "rw": values.isReadOnly = try !boolean(value, option.key)
        case "required":
            try requireType(["secret", "ssh"], option.key, values)
            values.required = try boolean(value, option.key)
        case "size":
            try requireType(["tmpfs"], option.key, values)
            guard let size = ByteSize(parsing: value) else {
                throw Invalid("invalid value for size: \(value)", help: "write a number with a unit, for example 64m")
            }
            values.size = size.bytes
        case "id": values.id = value
        case "sharing":
            guard let sharing = Mount.Cache.Sharing(rawValue: value.lowercased()) else {
                let known = Mount.Cache.Sharing.allCases.map(\.rawValue)
                throw Invalid(
                    "unsupported sharing value \(value.quotedForMessage)",
                    help: Suggestion.help(for: value, among: known) ?? "use shared, private or locked")
            }
            values.sharing = sharing
        case "mode": values.mode = try number(value, radix: 8, option.key)
        case "uid": values.uid = try number(value, radix: 10, option.key)
        case "gid": values.gid = try number(value, radix: 10, option.key)
        case "env": values.environmentName = value
        default:
            throw Invalid(
                "unexpected key '\(option.key)' in '\(option.field)'",
                help: Suggestion.help(for: option.key, among: keys))
        }
    }

    private static func applySwitch(_ option: Option, to values: inout Values) throws(Invalid) {
        switch option.key {
        case "readonly", "ro": values.isReadOnly = true
        case "readwrite", "rw": values.isReadOnly = false
        case "required":
            try requireType(["secret", "ssh"], option.key, values)
            values.required = true
        default:
            throw Invalid(
                "invalid field '\(option.field)' must be a key=value pair",
                help: keys.contains(option.key) ? nil : Suggestion.help(for: option.key, among: keys))
        }
    }

    private static func requireType(_ types: [String], _ key: String, _ values: Values) throws(Invalid) {
        guard types.contains(values.type) else {
            throw Invalid(
                "unexpected key '\(key)' for mount type '\(values.type)'",
                help: "it belongs to type=\(types.joined(separator: " and type=")); put type= first")
        }
    }

    private static func boolean(_ value: String, _ key: String) throws(Invalid) -> Bool {
        guard let flag = Bool(goText: value) else {
            throw Invalid("invalid value for \(key): \(value)", help: "write true or false")
        }
        return flag
    }

    private static func number(_ value: String, radix: Int, _ key: String) throws(Invalid) -> UInt32 {
        guard let first = value.utf8.first, Byte.isDigit(first), let number = UInt32(value, radix: radix) else {
            throw Invalid(
                "invalid value \(value) for \(key)", help: radix == 8 ? "write an octal number" : "write a number")
        }
        return number
    }

    private static func mount(_ values: Values) throws(Invalid) -> Mount {
        if values.type == "bind" || values.type == "tmpfs" {
            for (key, value) in [("mode", values.mode), ("uid", values.uid), ("gid", values.gid)] where value != nil {
                throw Invalid("\(key) not allowed for \"\(values.type)\" type mounts")
            }
        }
        if values.sharing != nil, values.type == "secret" { throw Invalid("secret mount should not define sharing") }
        if values.sharing != nil, values.type != "cache" {
            throw Invalid("invalid cache sharing set for \(values.type) mount")
        }
        if values.type != "secret", values.type != "ssh" {
            // A relative target (the empty one, too) is joined with the working directory by whoever knows that.
            guard GoPath.clean(values.target) != "/" else {
                throw Invalid("invalid mount target \"/\"", help: "mount to a directory below /")
            }
        }
        if ["cache", "tmpfs"].contains(values.type), values.from == nil || values.type == "tmpfs",
            GoPath.clean("/" + values.source) != "/"
        {
            throw Invalid(
                "\(values.type) mount has no source \(values.source.quotedForMessage)",
                help: values.type == "cache" ? "name the stage, image or context it is in with from=" : "remove source="
            )
        }
        switch values.type {
        case "cache":
            return .cache(
                Mount.Cache(
                    id: values.id.isEmpty ? nil : values.id, from: values.from, source: values.source,
                    target: values.target, sharing: values.sharing, isReadOnly: values.isReadOnly ?? false,
                    mode: values.mode, uid: values.uid, gid: values.gid))
        case "tmpfs":
            return .tmpfs(
                Mount.Tmpfs(target: values.target, size: values.size, isReadOnly: values.isReadOnly ?? false))
        case "secret": return .secret(try secret(values))
        case "ssh":
            guard values.source.isEmpty else { throw Invalid("ssh does not support source", help: "use id=") }
            return .ssh(
                Mount.SSH(
                    id: values.id.isEmpty ? "default" : values.id, target: values.target.isEmpty ? nil : values.target,
                    isRequired: values.required, mode: values.mode ?? 0o600, uid: values.uid ?? 0,
                    gid: values.gid ?? 0))
        default:
            return .bind(
                Mount.Bind(
                    from: values.from, source: values.source, target: values.target,
                    isReadOnly: values.isReadOnly ?? true))
        }
    }

    private static func secret(_ values: Values) throws(Invalid) -> Mount.Secret {
        guard values.from == nil || values.from == "" else { throw Invalid("secret mount should not have a from") }
        guard !(values.source.isEmpty && values.target.isEmpty && values.id.isEmpty) else {
            throw Invalid("invalid secret mount. one of source, target required", help: "add id=<name>")
        }
        guard values.source.isEmpty || values.id.isEmpty else { throw Invalid("both source and id can't be set") }
        var id = values.source.isEmpty ? values.id : values.source
        if id.isEmpty { id = baseName(values.target) }
        var target = values.target.isEmpty ? nil : values.target
        if target == nil, values.environmentName == nil { target = "/run/secrets/\(baseName(id))" }
        return Mount.Secret(
            id: id, target: target, environmentName: values.environmentName, isRequired: values.required,
            mode: values.mode ?? 0o400, uid: values.uid ?? 0, gid: values.gid ?? 0)
    }

    private static func baseName(_ path: String) -> String {
        path.utf8.split(separator: Byte.slash).last.map { String(Substring($0)) } ?? "/"
    }
}
