import ArgumentParser
import ContentStore
import LayerStore
import Sandbox

/// `slipway doctor`
struct DoctorCommand: SlipwayCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the store, and what builds need of this machine.",
        usage: "slipway doctor [--quick] [--repair] [--json]",
        discussion: """
            Every blob must have its digest, every layer be whole, every record point to what exists. Exits with 0 when \
            nothing is wrong and 1 when something is.
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
        let store = try ContentStore.open(root: context.root, access: .readWrite)
        let lease = try store.lease()
        let machine = try await MachineCheck.run(namespace, launcher, scratch: lease.directory)
        try lease.end()
        let report = try StoreDoctor(store).examine(isQuick: quick, repairs: repair)
        let listing = DoctorListing(
            root: context.root, sweepFailures: store.sweepFailures, report: report, machine: machine)
        try context.standardOutput.write(json ? listing.json : listing.text)
        return listing.isHealthy ? .success : .failure
    }
}
