import SystemPackage

/// Finds the directory of the store (design, section 1).
enum StoreLocation {
    /// - Parameters:
    ///   - flag: the value of `--root`.
    ///   - isSuperuser: whether the program was started by root; to be asked before it enters a user namespace.
    ///   - canOwnFiles: whether files can have the owners that images give them. Where they cannot, owners are noted beside
    ///     them, which makes another kind of store.
    static func resolve(
        flag: String?, environment: [String: String], isSuperuser: Bool, canOwnFiles: Bool = true
    ) throws -> FilePath {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let flag {
            guard !flag.isEmpty else { throw CommandLineError("--root is empty") }
            return try HostPath.absolute(FilePath(flag))
        }
        if let root = variable("SLIPWAY_ROOT") { return try HostPath.absolute(FilePath(root)) }
        let name = canOwnFiles ? "slipway" : "slipway-one-id"
        if isSuperuser { return FilePath("/var/lib").appending(name) }
        // The XDG base directory specification has relative paths ignored.
        if let data = variable("XDG_DATA_HOME"), data.hasPrefix("/") { return FilePath(data).appending(name) }
        if let home = variable("HOME") { return FilePath(home).appending(".local/share").appending(name) }
        throw CommandLineError(
            "cannot tell where the store is: neither SLIPWAY_ROOT nor HOME is set", help: "use --root PATH")
    }
}
