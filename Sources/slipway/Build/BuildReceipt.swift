import OCI
import SystemPackage

/// What `--iidfile` and `--metadata-file` say about a build, in docker buildx's form.
struct BuildReceipt {
    var outcome: BuildOutcome

    init(_ outcome: BuildOutcome) { self.outcome = outcome }

    /// The image id as docker has it: the digest of the configuration, or of the index where there is one.
    var imageID: String? { outcome.image.map { ($0.configuration ?? $0.descriptor.digest).description } }

    /// The content of `--metadata-file`.
    var metadata: JSONValue {
        var metadata: JSONValue = [:]
        if let image = outcome.image {
            metadata["containerimage.config.digest"] = image.configuration.map { .string($0.description) }
            metadata["containerimage.descriptor"] = image.descriptor.json
            metadata["containerimage.digest"] = .string(image.descriptor.digest.description)
        }
        if !outcome.names.isEmpty {
            metadata["image.name"] = .string(outcome.names.map(\.canonicalName).joined(separator: ","))
        }
        return metadata
    }

    /// Writes the files that were asked for.
    func write(imageID idFile: FilePath?, metadata metadataFile: FilePath?) throws {
        if let idFile { try OutputFile.write(Array((imageID ?? "").utf8), to: idFile) }
        if let metadataFile { try OutputFile.write(metadata.encoded(indentation: 2) + [0x0A], to: metadataFile) }
    }
}
