/// Decides, value by value, whether a step is held as docker holds a container with its defaults, or stricter.
struct ProbeJudge {
    /// What docker's container answered.
    var docker: [String: String]

    /// The keys in which a step has more than docker gives, each with what was found.
    func laxities(of step: [String: String]) -> [String] {
        var found = step.keys.sorted().filter { !isStrict($0, step[$0] ?? "", step) }.map { "\($0) \(step[$0] ?? "")" }
        // What the probe says of every process has to be there, or nothing was judged.
        found += docker.keys.sorted().filter { key in
            Self.always.contains { key.hasPrefix($0) } && step[key] == nil
        }.map { "\($0) is missing" }
        return found
    }

    private static let always = [
        "namespace.", "status.", "call.", "socket.", "path.", "node-opened.", "umask", "terminal",
    ]

    /// Paths that docker covers wherever they exist.
    private static let covered: Set = [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
        "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
    ]

    private func isStrict(_ key: String, _ value: String, _ step: [String: String]) -> Bool {
        let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
        let name = parts.count > 1 ? parts[1] : ""
        let theirs = docker[key]
        switch parts[0] {
        case "namespace": return theirs != "own" || value == "own"
        case "status": return isStrictStatus(name, value, theirs ?? "")
        case "call", "socket", "cgroup-made", "cgroup-release-agent", "node-made", "node-opened", "terminal":
            return value != "ok" || theirs == "ok"
        case "path": return isStrictPath(name, value, theirs)
        case "mount": return isStrictMount(name, value, theirs)
        case "device", "descriptor": return theirs == value
        case "environment": return theirs != nil
        case "umask", "process", "parent", "dumpable": return theirs == value
        case "oom-score-adjustment": return (Int(value) ?? .min) >= (Int(theirs ?? "") ?? .max)
        // Dies with what started it, which docker's do not.
        case "parent-death-signal": return value == "9"
        // No dumps of memory unless the step asks for them; the other limits are the user's own.
        case "limit": return name != "core" || ["0", "1"].contains(value.split(separator: " ").first ?? "")
        case "hostname", "processors": return true
        default: return false
        }
    }

    private func isStrictStatus(_ name: String, _ value: String, _ theirs: String) -> Bool {
        switch name {
        case "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
            guard let ours = UInt64(value, radix: 16), let most = UInt64(theirs, radix: 16) else { return false }
            return ours & ~most == 0
        case "Seccomp", "NoNewPrivs": return (Int(value) ?? -1) >= (Int(theirs) ?? .max)
        case "Groups": return Set(value.split(separator: " ")).isSubset(of: theirs.split(separator: " "))
        default: return value == theirs
        }
    }

    private func isStrictPath(_ name: String, _ value: String, _ theirs: String?) -> Bool {
        func rights(_ text: String) -> Set<Substring> {
            Set(text.split(separator: ",")).subtracting(["none", "absent"])
        }
        guard let theirs, theirs != "absent" else {
            // Docker's machine had none, this one may.
            return Self.covered.contains(name) ? rights(value).isEmpty : !rights(value).contains("write")
        }
        return rights(value).isSubset(of: rights(theirs))
    }

    private func isStrictMount(_ point: String, _ value: String, _ theirs: String?) -> Bool {
        let flags = Set(value.split(separator: ","))
        if let theirs {
            // The type may be another, such as that of a file that covers.
            let wanted = theirs.split(separator: ",").dropFirst().filter {
                $0 != "nosuid" || !value.hasPrefix("devtmpfs")
            }
            return flags.isSuperset(of: wanted)
        }
        let device = point.hasPrefix("/dev/") && docker["device.\(point)"] != nil
        let cover = point.hasPrefix("/proc/") || point.hasPrefix("/sys/")
        // What only we mount: the devices one by one, and what covers more of the kernel's files than docker covers.
        return device || cover && (flags.contains("ro") || flags.contains("devtmpfs"))
    }
}
