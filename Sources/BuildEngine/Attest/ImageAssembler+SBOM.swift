import BuildGraph
import LayerStore
import OCI
import SBOM

extension ImageAssembler {
    /// Looks through the files of the image and adds what packages there are to its attestations.
    ///
    /// - Parameter name: what people call the image; nil for its digest.
    mutating func listPackages(_ settings: SBOMSettings, name: ImageReference?, _ progress: Progress) async throws {
        let platform = graph.configuration.platform
        attestations += try await progress.step("[\(platform)] generating sbom") {
            try await provider.unpack(layers)
            let bill = try SBOMScanner(layerStore).scan(layers)
            for problem in bill.problems {
                progress.warn("PackagesUnreadable", "\(problem.path): \(problem.message)")
            }
            let configuration = self.configuration
            let digest = Digest.sha256(of: configuration.encoded())
            let subject = SBOMSubject(
                name: name?.familiarName ?? "\(digest)", digest: digest, platform: platform,
                created: configuration.created, toolVersion: settings.toolVersion)
            return try settings.formats.map { format in
                switch format {
                case .spdx:
                    Attestation(
                        predicateType: BillOfMaterials.spdxPredicateType,
                        predicate: try JSONValue(parsing: bill.spdx(subject)), fileName: "sbom.spdx.json")
                case .cycloneDX:
                    Attestation(
                        predicateType: BillOfMaterials.cycloneDXPredicateType,
                        predicate: try JSONValue(parsing: bill.cycloneDX(subject)), fileName: "sbom.cdx.json")
                }
            }
        }
    }
}
