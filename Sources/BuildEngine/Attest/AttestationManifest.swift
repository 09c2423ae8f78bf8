import OCI

/// The manifest that holds the attestations of one image and stands beside it in an index.
///
/// BuildKit, docs/attestations/attestation-storage.md. It is a manifest for the platform `unknown/unknown`, which no machine
/// is, so nobody runs it; annotations of its entry in the index tell the image that it belongs to.
struct AttestationManifest {
    /// How the manifest is written.
    enum Form: Hashable, Sendable {
        /// As an image whose layers are the statements: what every registry and every tool knows.
        case image
        /// As an OCI artifact with the image as its subject, so that registries list it among the image's referrers.
        case artifact
    }

    /// Configuration and statements, in the order in which the manifest names them.
    var blobs: [[UInt8]]
    /// The manifest's own bytes.
    var manifest: [UInt8]
    /// What stands for it in the index.
    var descriptor: Descriptor

    /// Claims about the image that `image` describes, under the names it gets.
    init(_ attestations: [Attestation], about image: Descriptor, names: [ImageReference], form: Form) {
        // Without a name it is still these bytes that the claim is about.
        let subjects =
            names.isEmpty
            ? [Attestation.Subject(name: "_", digest: image.digest)]
            : names.map {
                Attestation.Subject(name: $0.packageURL(platform: image.platform), digest: image.digest)
            }
        let statements = attestations.map { $0.statement(about: subjects).encoded() }
        let layers = zip(attestations, statements).map { attestation, statement in
            Descriptor(
                mediaType: .inToto, content: statement,
                annotations: ["in-toto.io/predicate-type": attestation.predicateType])
        }
        let configuration: [UInt8]
        var manifest: ImageManifest
        switch form {
        case .image:
            configuration = Self.configuration(diffIDs: layers.map(\.digest))
            manifest = ImageManifest(
                configuration: Descriptor(mediaType: .ociConfiguration, content: configuration), layers: layers)
        case .artifact:
            configuration = Array("{}".utf8)
            let subject = Descriptor(mediaType: image.mediaType, digest: image.digest, size: image.size)
            manifest = ImageManifest(
                configuration: Descriptor(mediaType: .ociEmpty, content: configuration), layers: layers,
                artifactType: MediaType(rawValue: "application/vnd.docker.attestation.manifest.v1+json"),
                subject: subject)
        }
        blobs = [configuration] + statements
        self.manifest = manifest.encoded()
        descriptor = manifest.descriptor(
            platform: Platform(os: "unknown", architecture: "unknown"),
            annotations: [
                "vnd.docker.reference.digest": image.digest.description,
                "vnd.docker.reference.type": "attestation-manifest",
            ])
    }

    private static func configuration(diffIDs: [Digest]) -> [UInt8] {
        let json: JSONValue = [
            "architecture": "unknown", "os": "unknown", "config": [:],
            "rootfs": ["type": "layers", "diff_ids": .strings(diffIDs.map(\.description))],
        ]
        return json.encoded()
    }
}
