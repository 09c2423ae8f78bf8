import Glibc

/// The files of a control group to be written, and with what: a pure function of the limits.
enum ControlGroupSettings {
    struct Setting: Equatable {
        var file: String
        var value: String
        /// Without it the others still mean something: swap is not counted on every machine.
        var isOptional = false
    }

    /// For a hierarchy of version 2 (Documentation/admin-guide/cgroup-v2.rst).
    static func unified(
        _ limits: ControlGroupLimits, _ controller: ControlGroupLimits.Controller
    ) -> [Setting] {
        var settings: [Setting] = []
        switch controller {
        case .memory:
            if let memory = limits.memory { settings.append(Setting(file: "memory.max", value: String(memory))) }
            if let total = limits.memoryAndSwap {
                // Swap is counted by itself here.
                let swap = total < 0 ? "max" : String(max(0, total - Int64(clamping: limits.memory ?? 0)))
                settings.append(Setting(file: "memory.swap.max", value: swap, isOptional: true))
            }
        case .cpu:
            if let shares = limits.cpuShares {
                settings.append(Setting(file: "cpu.weight", value: String(weight(ofShares: shares))))
            }
            if limits.cpuQuota != nil || limits.cpuPeriod != nil {
                let quota = limits.cpuQuota.map(String.init) ?? "max"
                settings.append(Setting(file: "cpu.max", value: "\(quota) \(limits.cpuPeriod ?? 100_000)"))
            }
        case .cpuset:
            if let cpus = limits.cpus { settings.append(Setting(file: "cpuset.cpus", value: cpus)) }
            if let nodes = limits.memoryNodes { settings.append(Setting(file: "cpuset.mems", value: nodes)) }
        }
        return settings
    }

    /// For a hierarchy of version 1 (Documentation/admin-guide/cgroup-v1).
    static func legacy(_ limits: ControlGroupLimits, _ controller: ControlGroupLimits.Controller) -> [Setting] {
        var settings: [Setting] = []
        switch controller {
        case .memory:
            // In this order: the sum may not be below the memory.
            if let memory = limits.memory {
                settings.append(Setting(file: "memory.limit_in_bytes", value: String(memory)))
            }
            if let total = limits.memoryAndSwap {
                settings.append(
                    Setting(file: "memory.memsw.limit_in_bytes", value: String(total), isOptional: true))
            }
        case .cpu:
            if let shares = limits.cpuShares { settings.append(Setting(file: "cpu.shares", value: String(shares))) }
            if let period = limits.cpuPeriod {
                settings.append(Setting(file: "cpu.cfs_period_us", value: String(period)))
            }
            if let quota = limits.cpuQuota {
                settings.append(Setting(file: "cpu.cfs_quota_us", value: String(quota)))
            }
        case .cpuset:
            if let cpus = limits.cpus { settings.append(Setting(file: "cpuset.cpus", value: cpus)) }
            if let nodes = limits.memoryNodes { settings.append(Setting(file: "cpuset.mems", value: nodes)) }
        }
        return settings
    }

    /// Version 2 knows weights of 1 ... 10000 with 100 in the middle. The curve through 2 -> 1, 1024 -> 100 and
    /// 262144 -> 10000 is the one that runc and crun use.
    static func weight(ofShares shares: UInt64) -> UInt64 {
        if shares <= 2 { return 1 }
        if shares >= 262_144 { return 10_000 }
        let exponent = log2(Double(shares))
        return UInt64(pow(10, (exponent * exponent + 125 * exponent) / 612 - 7.0 / 34).rounded(.up))
    }
}
