import ContentStore
import FileSystem
import OCI

/// An image as `docker image inspect` shows it.
struct ImageInspection {
    private var image: ImageRecord
    private var resolved: ResolvedImage
    private var names: [ImageReference]
    /// What the index holds; empty without one.
    private var manifests: [JSONValue] = []

    /// Reads the documents of an image; of one for several platforms those for `platform`, or for this machine.
    init(_ image: ImageRecord, for platform: Platform?, in store: ContentStore) throws(StoreError) {
        self.image = image
        resolved = try store.image(image, for: platform)
        if image.descriptor.digest != resolved.descriptor.digest {
            manifests = try store.index(image.descriptor).manifests.map { Self.summary($0, in: store) }
        }
        names = try store.images(withID: image.id).compactMap(\.name)
    }

    var json: JSONValue {
        let configuration = resolved.configuration
        var json: JSONValue = [
            "Id": .string(image.id.description),
            "RepoTags": .strings(names.map(\.familiarName)),
            "RepoDigests": .strings(
                Set(names.map { "\($0.familiarRepository)@\(image.descriptor.digest)" }).sorted()),
            "Comment": .string(configuration.history.last?.comment ?? ""),
            "Created": .string(configuration.created ?? ""),
            "Author": .string(configuration.author ?? ""),
            "Config": configuration.container.json,
            "Architecture": .string(configuration.platform.architecture),
            "Os": .string(configuration.platform.os),
            "Size": .integer(image.size),
            "RootFS": ["Type": "layers", "Layers": .strings(configuration.diffIDs.map(\.description))],
            "Metadata": [
                "LastTagTime": .string(
                    RFC3339.string(seconds: image.built.seconds, nanoseconds: image.built.nanoseconds))
            ],
            "Descriptor": image.descriptor.json,
        ]
        if !manifests.isEmpty { json["Manifests"] = .array(manifests) }
        json["Variant"] = configuration.platform.variant.map { .string($0) }
        return json
    }

    /// A manifest of an index as docker's API has it.
    private static func summary(_ manifest: Descriptor, in store: ContentStore) -> JSONValue {
        var summary: JSONValue = [
            "ID": .string(manifest.digest.description), "Descriptor": manifest.json,
            "Available": .bool(store.contains(manifest.digest)),
        ]
        if manifest.isAttestation {
            summary["Kind"] = "attestation"
            if let image = manifest.annotations["vnd.docker.reference.digest"] {
                summary["AttestationData"] = ["For": .string(image)]
            }
        } else {
            summary["Kind"] = manifest.mediaType.isIndex ? "unknown" : "image"
            if let platform = manifest.platform { summary["ImageData"] = ["Platform": platform.json] }
        }
        return summary
    }
}
