import ArgumentParser
import ContentStore
import FoundationEssentials
import SystemPackage

/// `slipway prune`
struct PruneCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove build cache, and images without a name, from the store.",
        usage: "slipway prune [--all] [--filter FILTER]... [--max-used-space SIZE] [--force]",
        discussion: """
            Removes what no image with a name needs: results of steps, downloads, cache mounts, images without a name. What \
            a running build uses stays. With a limit of space, what was not used for longest goes until it is kept.
            """)

    @Flag(
        name: [.short, .long],
        help: "Forget also the steps whose results images need, and compressed layers that can be made again.")
    var all = false

    @Flag(name: [.short, .long], help: "Do not ask.")
    var force = false

    @Flag(name: .long, help: "Show everything that is known of what is removed.")
    var verbose = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: .init(
            "Remove only this: until=24h (not used since), type=exec.cachemount, id=ID, description=TEXT, private.",
            valueName: "filter"))
    var filter: [String] = []

    @Option(help: .init("Make the cache no smaller than this.", valueName: "size"))
    var reservedSpace: String?

    @Option(help: .init("Make the cache as small as this.", valueName: "size"))
    var maxUsedSpace: String?

    @Option(help: .init("Remove until the disk has so much free space.", valueName: "size"))
    var minFreeSpace: String?

    @Option(help: .init("The old name of --reserved-space.", visibility: .hidden))
    var keepStorage: String?

    /// There is one builder.
    @Option(help: .hidden)
    var builder: String?

    @OptionGroup var store: StoreFlags

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let now = Int64(context.now().timeIntervalSince1970)
        let policy = try policy(now: now)
        guard try force || isConfirmed(in: context) else { return .success }
        let store = try ContentStore.open(root: context.root, access: .readWrite)
        let report = try store.prune(policy)
        let listing = UsageListing(items: report.items, now: now)
        if !report.items.isEmpty {
            try context.standardOutput.write(verbose ? listing.details : listing.table.text)
        }
        try context.standardOutput.writeLine("Total:\t\(ByteCount.text(report.size, digits: 4))")
        return .success
    }

    func policy(now: Int64) throws(CommandLineError) -> PrunePolicy {
        var policy = PrunePolicy()
        policy.includesAll = all
        policy.filter = try StoreItemFilter(parsing: filter, now: now)
        if keepStorage != nil, reservedSpace != nil {
            throw CommandLineError("--keep-storage is the old name of --reserved-space: give one of them")
        }
        policy.reservedSpace = try size(reservedSpace ?? keepStorage, "--reserved-space")
        policy.maximumUsedSpace = try size(maxUsedSpace, "--max-used-space")
        policy.minimumFreeSpace = try size(minFreeSpace, "--min-free-space")
        return policy
    }

    private func size(_ text: String?, _ flag: String) throws(CommandLineError) -> Int64? {
        guard let text else { return nil }
        return Int64(clamping: try MemorySize.parse(text, flag: flag))
    }

    /// Asks as docker does. Whoever cannot be asked has to say --force.
    private func isConfirmed(in context: CommandContext) throws -> Bool {
        let what = all ? "all build cache" : "all build cache that no image needs"
        try context.standardError.write(
            "WARNING! This will remove \(what), and images without a name. Are you sure you want to continue? [y/N] ")
        guard let answer = try Self.line(from: context.standardInput) else {
            try context.standardError.write("\n")
            throw CommandFailure("nobody answered whether to remove anything", help: "use --force")
        }
        return ["y", "yes"].contains(answer.trimmingBlanks().lowercased())
    }

    /// A line of input; nil at its end.
    private static func line(from input: FileDescriptor) throws -> String? {
        var bytes: [UInt8] = []
        while bytes.count < 1024 {
            var byte: [UInt8] = [0]
            let count = try byte.withUnsafeMutableBytes { try input.read(into: $0) }
            if count == 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte[0] == UInt8(ascii: "\n") { break }
            bytes += byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
