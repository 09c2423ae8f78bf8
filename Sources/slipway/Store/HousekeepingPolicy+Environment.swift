import ContentStore
import Dockerfile

extension HousekeepingPolicy {
    /// Reads how the store is to be kept small at the end of builds; nil for not at all.
    ///
    /// - `SLIPWAY_GC`: `off` (or anything that means false) for not at all, or the least time between two looks at the
    ///   store, such as `10m`; an hour unless told.
    /// - `SLIPWAY_KEEP_STORAGE`: what the build cache may take, as `20g` or `10%`.
    init?(environment: [String: String]) throws(CommandLineError) {
        var policy = HousekeepingPolicy()
        if let text = environment["SLIPWAY_GC"], !text.isEmpty {
            if text == "off" || GoBoolean.parse(text) == false { return nil }
            if text != "on", GoBoolean.parse(text) == nil { policy.interval = try Self.interval(text) }
        }
        if let text = environment["SLIPWAY_KEEP_STORAGE"], !text.isEmpty {
            policy.maximumUsedSpace = try Self.space(text)
        }
        self = policy
    }

    private static func interval(_ text: String) throws(CommandLineError) -> Int64 {
        do {
            return max(0, try GoDuration(parsing: text).nanoseconds)
        } catch {
            throw CommandLineError(
                "SLIPWAY_GC: \"\(text)\" is no length of time", help: "use off, on, or for example 10m")
        }
    }

    private static func space(_ text: String) throws(CommandLineError) -> DiskSpace {
        guard text.hasSuffix("%") else {
            return .bytes(Int64(clamping: try MemorySize.parse(text, flag: "SLIPWAY_KEEP_STORAGE")))
        }
        guard let share = Int64(text.dropLast()), (0...100).contains(share) else {
            throw CommandLineError("SLIPWAY_KEEP_STORAGE: \"\(text)\" is no share of the disk", help: "use 0% to 100%")
        }
        return .percentage(share)
    }
}
