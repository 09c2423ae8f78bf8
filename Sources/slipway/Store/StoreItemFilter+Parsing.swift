import ContentStore
import Dockerfile
import FileSystem

extension StoreItemFilter {
    /// Reads the values of `--filter` as buildx's `du` and `prune` have them: `until=24h`, `type=exec.cachemount`,
    /// `id=…`, `description=…`, `shared`, `private`, `inuse`, `mutable`, `immutable`. `==` and `~=` mean the same as `=`;
    /// several values of one key are alternatives.
    ///
    /// - Parameter now: seconds since 1970.
    init(parsing texts: [String], now: Int64) throws(CommandLineError) {
        self.init()
        for text in texts { try add(text, now: now) }
    }

    private mutating func add(_ text: String, now: Int64) throws(CommandLineError) {
        let pair = text.splitOnce("=")
        var key = pair.before
        // containerd's filters, which BuildKit's are, say key==value and key~=part.
        if key.hasSuffix("~") { key.removeLast() }
        let value = pair.after.map { $0.hasPrefix("=") ? String($0.dropFirst()) : $0 }
        switch key {
        case "until": unusedSince = try Self.limit(try Self.required(value, text), now: now)
        case "type":
            let name = try Self.required(value, text)
            guard let kind = StoreItem.Kind(rawValue: name) else {
                throw CommandLineError(
                    "--filter: there is no type \"\(name)\"",
                    help: "the types are " + StoreItem.Kind.allCases.map(\.rawValue).joined(separator: ", "))
            }
            kinds.insert(kind)
        case "id": ids.append(try Self.required(value, text))
        case "description": descriptions.append(try Self.required(value, text))
        case "shared": isShared = try Self.boolean(value, text)
        case "private": isShared = try !Self.boolean(value, text)
        case "inuse": isInUse = try Self.boolean(value, text)
        case "mutable": isMutable = try Self.boolean(value, text)
        case "immutable": isMutable = try !Self.boolean(value, text)
        default:
            throw CommandLineError(
                "--filter: unknown key \"\(key)\"",
                help: "use until, type, id, description, shared, private, inuse, mutable or immutable")
        }
    }

    private static func required(_ value: String?, _ text: String) throws(CommandLineError) -> String {
        guard let value, !value.isEmpty else { throw CommandLineError("--filter: \"\(text)\" has no value") }
        return value
    }

    private static func boolean(_ value: String?, _ text: String) throws(CommandLineError) -> Bool {
        guard let value else { return true }
        guard let result = GoBoolean.parse(value) else {
            throw CommandLineError("--filter: \"\(text)\" is neither true nor false")
        }
        return result
    }

    /// A length of time before now, or seconds since 1970.
    private static func limit(_ text: String, now: Int64) throws(CommandLineError) -> Timestamp {
        if text.allSatisfy(\.isNumber), let seconds = Int64(text) { return Timestamp(seconds: seconds) }
        do {
            let duration = try GoDuration(parsing: text)
            return Timestamp(
                seconds: now.subtractingReportingOverflow(duration.nanoseconds / 1_000_000_000).partialValue)
        } catch {
            throw CommandLineError("--filter: until=\(text) is no length of time", help: "write for example until=24h")
        }
    }
}
