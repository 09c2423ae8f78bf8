import Archive
import ArgumentParser
import ContentStore
import FileSystem
import FoundationEssentials
import LayerStore
import OCI
import SystemPackage

/// `slipway cache`: the directories of cache mounts as archives.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "List, export and import cache mounts (RUN --mount=type=cache).",
        subcommands: [CacheListCommand.self, CacheExportCommand.self, CacheImportCommand.self])
}

/// `slipway cache ls`
struct CacheListCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the cache mounts in the store.", aliases: ["list"])

    @Option(help: .init("table or json (one object a line).", valueName: "format"))
    var format = ListFormat.table

    @OptionGroup var store: StoreFlags

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) throws -> ExitCode {
        let now = Int64(context.now().timeIntervalSince1970)
        let items = try StoreInventory.take(of: context.root).items.filter { $0.kind == .cacheMount }
        if format == .json {
            try context.standardOutput.write(UsageListing(items: items, now: now).json)
            return .success
        }
        var table = TextTable(header: ["MOUNT ID", "SIZE", "USES", "LAST ACCESSED", "IN USE"])
        table.rows = items.map { item in
            [
                TerminalText.sanitized(item.mountID ?? item.id), ByteCount.text(item.size, digits: 4),
                item.useCount.map(String.init) ?? "", item.lastUsed.map { AgeText.since($0.seconds, now: now) } ?? "",
                "\(item.isInUse)",
            ]
        }
        try context.standardOutput.write(table.text)
        return .success
    }
}

/// `slipway cache export`
struct CacheExportCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a cache mount to a tar archive.",
        usage: "slipway cache export --mount ID [--compression gzip] [-o FILE]",
        discussion: """
            Owners, modes and times are kept; the same content gives the same bytes. Waits for builds that use the mount.
            """)

    @Option(
        parsing: .unconditional,
        help: .init("The id of the mount; without id= in the Dockerfile, its target.", valueName: "id"))
    var mount: String

    @Option(
        name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("The file to write.", discussion: "Default: standard output", valueName: "path"),
        completion: .file())
    var output: String?

    @Option(
        help: .init(
            "uncompressed, gzip or zstd, with a level after a colon.",
            discussion: "Default: by the file's name (.gz, .tgz, .zst), else uncompressed", valueName: "compression"))
    var compression: String?

    @OptionGroup var store: StoreFlags

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) async throws -> ExitCode {
        let toFile = output.flatMap { $0 == "-" ? nil : FilePath($0) }
        guard toFile != nil || !context.standardOutput.isTerminal else {
            throw CommandLineError(
                "refusing to write an archive to the terminal", help: "use --output FILE, or redirect standard output")
        }
        let compression = try Self.compression(self.compression, file: toFile)
        let archive = CacheMountArchive(
            mount, in: try ContentStore.open(root: context.root, access: .readWrite, limits: context.limits))
        guard try !archive.records().isEmpty else {
            throw CommandFailure(
                "the store has no cache mount \(mount)",
                help: "slipway cache ls lists them; the id of one without id= is its target")
        }
        let wait = {
            try context.standardError.writeLine("waiting for a build that uses the cache mount \(self.mount)")
        }
        let mount = try await archive.open(onWait: wait)
        if let toFile {
            try OutputFile.write(to: toFile) { try mount.write(to: Compressor(compression, to: $0)) }
        } else {
            try mount.write(to: Compressor(compression, to: OutputSink(context.standardOutput)))
        }
        return .success
    }

    static func compression(_ text: String?, file: FilePath?) throws(CommandLineError) -> Compression {
        if let text {
            guard let compression = Compression(text) else {
                throw CommandLineError(
                    "--compression: there is no compression \"\(text)\"", help: "use uncompressed, gzip or zstd")
            }
            return compression
        }
        switch file?.extension {
        case "gz", "tgz": return .gzip()
        case "zst", "zstd", "tzst": return .zstd()
        default: return .uncompressed
        }
    }
}

/// `slipway cache import`
struct CacheImportCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Fill a cache mount from a tar archive.",
        usage: "slipway cache import --mount ID [FILE]",
        discussion: """
            The archive, compressed or not, replaces what the mount holds, all at once; where there is no such mount yet, \
            the first step that uses it gets it. Waits for builds that use the mount.
            """)

    @Option(
        parsing: .unconditional,
        help: .init("The id of the mount; without id= in the Dockerfile, its target.", valueName: "id"))
    var mount: String

    @OptionGroup var store: StoreFlags

    @Argument(help: .init("The archive; - or nothing for standard input.", valueName: "file"), completion: .file())
    var file: String?

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) async throws -> ExitCode {
        let path = file.flatMap { $0 == "-" ? nil : FilePath($0) }
        guard path != nil || !context.standardInputIsTerminal else {
            throw CommandLineError("nothing to import: standard input is a terminal", help: "name a file")
        }
        guard !mount.isEmpty else { throw CommandLineError("--mount is empty") }
        let input: FileDescriptor
        do {
            input =
                try path.map { try FileDescriptor.open($0, .readOnly, options: .closeOnExec) } ?? context.standardInput
        } catch let cause as Errno {
            throw CommandFailure("cannot read \(file ?? ""): \(cause)")
        }
        let archive = CacheMountArchive(
            mount, in: try ContentStore.open(root: context.root, access: .readWrite, limits: context.limits))
        try await archive.read(from: FileSource(input)) {
            try context.standardError.writeLine("waiting for a build that uses the cache mount \(mount)")
        }
        return .success
    }
}
