import ContentStore
import FileSystem
import OCI

/// An image as `docker image inspect` shows it.
struct ImageInspection {
    private var image: ImageRecord
    private var resolved: ResolvedImage
    private var names: [ImageReference]

    /// Reads the documents of an image; of one for several platforms those for this machine.
    init(_ image: ImageRecord, in store: ContentStore) throws(StoreError) {
        self.image = image
        resolved = try store.resolve(image.descriptor, platform: .host)
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
        json["Variant"] = configuration.platform.variant.map { .string($0) }
        return json
    }
}
