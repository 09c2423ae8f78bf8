import Archive
import ArgumentParser

/// How much may come out of archives and layers that others made.
struct LimitFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: .init(
            "How much may come out of one layer or archive.",
            discussion: "Default: $SLIPWAY_MAX_LAYER_SIZE, or 1g, or 100 times its compressed size if that is more",
            valueName: "size"))
    var maxLayerSize: String?

    @Option(
        parsing: .unconditional,
        help: .init(
            "How many entries may be in one layer or archive.",
            discussion: "Default: $SLIPWAY_MAX_LAYER_ENTRIES, or 100000, or one for each 8 bytes of it if that is more",
            valueName: "number"))
    var maxLayerEntries: String?
}

extension UnpackLimits {
    /// Reads the limits that the user has set.
    ///
    /// - Parameter flags: `nil` for a command that has none, so that only the environment counts.
    init(_ flags: LimitFlags?, environment: [String: String]) throws(CommandLineError) {
        self.init()
        if let (text, name) = Self.setting(
            flags?.maxLayerSize, "--max-layer-size", "SLIPWAY_MAX_LAYER_SIZE", environment)
        {
            let bytes = try MemorySize.parse(text, flag: name)
            guard bytes > 0 else { throw CommandLineError("\(name): a limit of 0 bytes lets nothing through") }
            size = Int64(clamping: bytes)
        }
        let number = Self.setting(
            flags?.maxLayerEntries, "--max-layer-entries", "SLIPWAY_MAX_LAYER_ENTRIES", environment)
        if let (text, name) = number {
            guard let count = Int64(text), count > 0 else {
                throw CommandLineError(
                    "\(name): \"\(text)\" is no number of entries", help: "write for example 2000000")
            }
            entries = count
        }
    }

    private static func setting(
        _ flag: String?, _ flagName: String, _ variable: String, _ environment: [String: String]
    ) -> (text: String, name: String)? {
        if let flag { return (flag, flagName) }
        guard let text = environment[variable], !text.isEmpty else { return nil }
        return (text, variable)
    }
}
