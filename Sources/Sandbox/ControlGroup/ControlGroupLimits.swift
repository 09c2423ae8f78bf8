public import SystemPackage

/// How much of the machine a process and its children may use, as control groups hold them to it (cgroups(7)). The names
/// are those of the OCI runtime specification's `linux.resources`.
public struct ControlGroupLimits: Sendable, Hashable {
    /// Bytes of memory.
    public var memory: UInt64?
    /// Bytes of memory and swap together; -1 for no limit of swap.
    public var memoryAndSwap: Int64?
    /// The share of the CPUs beside other work, 2 ... 262144; 1024 is an ordinary one.
    public var cpuShares: UInt64?
    /// The period of the quota, in microseconds; 100000 unless told.
    public var cpuPeriod: UInt64?
    /// How long CPUs may run it in each period, in microseconds.
    public var cpuQuota: UInt64?
    /// The CPUs it may run on: cpuset(7), list format.
    public var cpus: String?
    /// The memory nodes it may use, likewise.
    public var memoryNodes: String?
    /// The control group in which its own is made, from the root of the hierarchies.
    public var parent: FilePath?

    /// No limits.
    public init() {}

    /// Whether nothing is limited.
    public var isEmpty: Bool { self == ControlGroupLimits() }

    /// The controllers that are needed, each with the name of what it limits.
    var controllers: [Controller] {
        var needed: [Controller] = []
        if memory != nil || memoryAndSwap != nil { needed.append(.memory) }
        if cpuShares != nil || cpuPeriod != nil || cpuQuota != nil { needed.append(.cpu) }
        if cpus != nil || memoryNodes != nil { needed.append(.cpuset) }
        return needed
    }

    /// A controller by its name in the kernel.
    enum Controller: String, CaseIterable, Sendable {
        case memory, cpu, cpuset

        /// What it limits, for messages.
        var subject: String {
            switch self {
            case .memory: "memory limits"
            case .cpu: "CPU limits"
            case .cpuset: "CPU sets"
            }
        }
    }
}
