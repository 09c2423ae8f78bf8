import ArgumentParser
import ContentStore
import LayerStore
import Sandbox
import SystemPackage

/// `slipway doctor`
struct DoctorCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the store, and what builds need of this machine.",
        usage: "slipway doctor [--quick] [--repair] [--json]",
        discussion: """
            Every blob must have its digest, every layer be whole, every record point to what exists. A damaged index is \
            made anew from the blobs by --repair: images and their names are there again, what was cached is not. Exits \
            with 0 when nothing is wrong and 1 when something is.
            """)

    @Flag(help: "Do not read the contents of blobs and layers.")
    var quick = false

    @Flag(help: "Remove what is broken, so that it is made again by whoever needs it.")
    var repair = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var store: StoreFlags

    var preparation: ProcessPreparation { .sandbox }

    func run(in context: CommandContext) async throws -> ExitCode {
        guard let launcher = context.launcher, let namespace = context.userNamespace else {
            throw CommandFailure("the check needs the sandbox launcher, which was not started")
        }
        var (store, rebuilt) = try open(context)
        let lease = try store.lease()
        let machine = try await MachineCheck.run(
            namespace, launcher, scratch: lease.directory, path: context.environment["PATH"])
        try lease.end()
        var report: StoreDoctor.Report
        do {
            report = try StoreDoctor(store).examine(isQuick: quick, repairs: repair)
            guard !report.problems.contains(where: { $0.kind == .index }) || !repair else {
                throw StoreError(.corruptIndex, "the index is damaged")
            }
        } catch let error as StoreError where repair && !rebuilt && error.code == .corruptIndex {
            try store.close()
            store = try Self.rebuild(context)
            rebuilt = true
            report = try StoreDoctor(store).examine(isQuick: quick, repairs: repair)
        }
        if rebuilt { report.repaired.insert(Self.rebuiltIndex(context), at: 0) }
        let listing = DoctorListing(
            root: context.root, sweepFailures: store.sweepFailures, report: report, machine: machine)
        try context.standardOutput.write(json ? listing.json : listing.text)
        return listing.isHealthy ? .success : .failure
    }

    /// The store, and whether its index had to be made anew for that.
    private func open(_ context: CommandContext) throws(StoreError) -> (ContentStore, Bool) {
        do throws(StoreError) {
            return (try ContentStore.open(root: context.root, access: .readWrite), false)
        } catch  where repair && error.code == .corruptIndex {
            return (try Self.rebuild(context), true)
        }
    }

    private static func rebuild(_ context: CommandContext) throws(StoreError) -> ContentStore {
        try ContentStore.setIndexAside(root: context.root)
        return try ContentStore.open(root: context.root, access: .readWrite)
    }

    private static func rebuiltIndex(_ context: CommandContext) -> StoreProblem {
        StoreProblem(
            .index, "\(context.root.appending("index.sqlite"))", "was damaged, and is made anew from the blobs",
            help: "remove index.damaged if nobody wants to look at it")
    }
}
