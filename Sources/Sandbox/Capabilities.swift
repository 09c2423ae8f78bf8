import SystemPackage

/// Capabilities of a process: capabilities(7).
struct Capabilities: OptionSet {
    var rawValue: UInt64

    static let changeOwner = Capabilities(rawValue: 1 << 0)
    static let overridePermissions = Capabilities(rawValue: 1 << 1)
    static let actAsOwner = Capabilities(rawValue: 1 << 3)
    static let setGroups = Capabilities(rawValue: 1 << 6)
    static let setUsers = Capabilities(rawValue: 1 << 7)
    static let changeRoot = Capabilities(rawValue: 1 << 18)
    static let administrate = Capabilities(rawValue: 1 << 21)

    /// What it takes to write other users' files as they are to be.
    static let files: Capabilities = [.changeOwner, .overridePermissions, .actAsOwner]

    /// Those that this process can use now; none where /proc does not tell.
    static var effective: Capabilities { parse(status: SmallFile.read("/proc/self/status") ?? "") }

    /// The line `CapEff:` of a `/proc/<pid>/status`.
    static func parse(status: String) -> Capabilities {
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let digits = line?.dropFirst("CapEff:".count).drop(while: \.isWhitespace) ?? ""
        return Capabilities(rawValue: UInt64(digits, radix: 16) ?? 0)
    }
}
