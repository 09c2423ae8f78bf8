import Sandbox
import SystemPackage

extension ControlGroupLimits {
    /// The limits that flags of `slipway build` give, in docker's units.
    init(_ flags: StepFlags) throws(CommandLineError) {
        self.init()
        memory = try flags.memory.map { text throws(CommandLineError) in
            let size = try MemorySize.parse(text, flag: "--memory")
            guard size > 0 else { throw CommandLineError("--memory: the limit must be above 0") }
            return size
        }
        memoryAndSwap = try flags.memorySwap.map { text throws(CommandLineError) in
            if text == "-1" { return -1 }
            let size = Int64(clamping: try MemorySize.parse(text, flag: "--memory-swap"))
            guard let memory else {
                throw CommandLineError("--memory-swap limits memory and swap together, and needs --memory")
            }
            guard size >= Int64(clamping: memory) else {
                throw CommandLineError("--memory-swap: memory and swap together cannot be less than --memory")
            }
            return size
        }
        cpuShares = try Self.number(flags.cpuShares, "--cpu-shares")
        cpuPeriod = try Self.number(flags.cpuPeriod, "--cpu-period", in: 1000...1_000_000)
        cpuQuota = try Self.number(flags.cpuQuota, "--cpu-quota", in: 1000...UInt64(Int64.max))
        cpus = try Self.list(flags.cpusetCpus, "--cpuset-cpus")
        memoryNodes = try Self.list(flags.cpusetMems, "--cpuset-mems")
        parent = flags.cgroupParent.flatMap { $0.isEmpty ? nil : FilePath($0) }
    }

    private static func number(
        _ text: String?, _ flag: String, in range: ClosedRange<UInt64> = 1...UInt64.max
    ) throws(CommandLineError) -> UInt64? {
        guard let text else { return nil }
        guard let number = UInt64(text), range.contains(number) else {
            let limits =
                range.upperBound > 1 << 40
                ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
            throw CommandLineError("\(flag): \"\(text)\" is not a number \(limits)")
        }
        return number
    }

    /// A list of numbers and ranges: cpuset(7), "List format".
    private static func list(_ text: String?, _ flag: String) throws(CommandLineError) -> String? {
        guard let text else { return nil }
        let isList = text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { part in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil else { return false }
            return first <= last
        }
        guard isList else { throw CommandLineError("\(flag): \"\(text)\" is not a list such as 0-2,4") }
        return text
    }
}
