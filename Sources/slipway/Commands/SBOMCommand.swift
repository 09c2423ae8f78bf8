import ArgumentParser
import BuildEngine
import ContentStore
import LayerStore
import OCI
import Registry
import SBOM
import SystemPackage
import Transfer

/// `slipway sbom`
struct SBOMCommand: SlipwayCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case table, json, spdx, cyclonedx
    }

    static let configuration = CommandConfiguration(
        commandName: "sbom", abstract: "List the packages in an image: a software bill of materials.",
        usage: "slipway sbom [--format table|json|spdx|cyclonedx] [-o FILE] IMAGE",
        discussion: """
            Reads what package managers, builds and archives in the image tell: dpkg, apk, rpm, Python, npm, Go, Rust, Java, \
            Composer and gems. Nothing of the image is run. The same image gives the same bytes.
            """)

    @Option(
        help: .init(
            "table, json (with all places), spdx (SPDX 2.3) or cyclonedx (CycloneDX 1.6), both in JSON.",
            valueName: "format"))
    var format = Format.table

    @Option(
        help: .init(
            "Of an image for several platforms, which one.", discussion: "Default: this machine's",
            valueName: "platform"), completion: .platforms)
    var platform: String?

    @Option(
        name: [.customShort("o", allowingJoined: true), .long], parsing: .unconditional,
        help: .init("The file to write.", discussion: "Default: standard output", valueName: "path"),
        completion: .file())
    var output: String?

    @Option(
        parsing: .unconditional,
        help: .init(
            "Attach the list to this image in its registry, as spdx or cyclonedx, instead of printing it.",
            valueName: "name"))
    var attach: String?

    @OptionGroup var store: StoreFlags

    @Argument(
        help: "The name or id of an image, or oci-layout://PATH[:tag|@digest] for a layout or an archive.",
        completion: .images)
    var image: String

    var preparation: ProcessPreparation { .userNamespace }

    func run(in context: CommandContext) async throws -> ExitCode {
        var wanted = Platform.host
        if let platform {
            do {
                wanted = try Platform(parsing: platform)
            } catch {
                throw CommandLineError("--platform: \(error.message)")
            }
        }
        let target = try attachmentTarget()
        let store = try ContentStore.open(root: context.root, access: .readWrite, limits: context.limits)
        let source = try await ImageSourceFiles(image, platform: wanted, store: store)
        let meter = ScanMeter(context.standardError)
        defer { meter.end() }
        let bill = try SBOMScanner(source.layers).scan(source.image.configuration.diffIDs) { meter.show($0) }
        meter.end()
        for problem in bill.problems {
            let text = TerminalText.sanitized("warning: \(problem.path): \(problem.message)")
            try context.standardError.writeLine(text)
        }
        if let target {
            let attachment = attachment(bill, source.subject)
            let name = try await RegistryClient.use(environment: context.environment) { client in
                try await ImageTransfer(store: store, client: client)
                    .attach(attachment, to: source.image.descriptor, in: target)
            }
            try context.standardOutput.writeLine(name.canonicalName)
        } else {
            try write(bill, of: source.subject, in: context)
        }
        return .success
    }

    /// Where to attach the list.
    private func attachmentTarget() throws(CommandLineError) -> ImageReference? {
        guard let attach else { return nil }
        guard output == nil else { throw CommandLineError("--attach and --output exclude each other") }
        guard format == .spdx || format == .cyclonedx else {
            throw CommandLineError("--attach needs --format spdx or --format cyclonedx")
        }
        do { return try ImageReference(parsing: attach) } catch { throw CommandLineError("--attach: \(error)") }
    }

    /// With the media types that `cosign attach sbom` gives.
    private func attachment(_ bill: BillOfMaterials, _ subject: SBOMSubject) -> ImageTransfer.Attachment {
        func type(_ name: String) -> MediaType { MediaType(rawValue: name) }
        return format == .spdx
            ? .init(
                bytes: bill.spdx(subject), mediaType: type("text/spdx+json"),
                artifactType: type("application/spdx+json"), suffix: "sbom")
            : .init(
                bytes: bill.cycloneDX(subject), mediaType: type("application/vnd.cyclonedx+json"),
                artifactType: type("application/vnd.cyclonedx+json"), suffix: "sbom")
    }

    private func write(_ bill: BillOfMaterials, of subject: SBOMSubject, in context: CommandContext) throws {
        let bytes: [UInt8] =
            switch format {
            case .table: Array(Self.table(bill).utf8)
            case .json: bill.json(subject) + [0x0a]
            case .spdx: bill.spdx(subject) + [0x0a]
            case .cyclonedx: bill.cycloneDX(subject) + [0x0a]
            }
        if let output, output != "-" {
            try OutputFile.write(bytes, to: FilePath(output))
        } else {
            try context.standardOutput.write(bytes)
        }
    }

    private static func table(_ bill: BillOfMaterials) -> String {
        var table = TextTable(header: ["NAME", "VERSION", "TYPE"])
        table.rows = bill.packages.map { package in
            [package.name, package.version, package.kind.rawValue].map { TerminalText.sanitized($0) }
        }
        return table.text
    }
}
