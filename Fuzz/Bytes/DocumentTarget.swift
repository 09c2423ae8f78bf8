import OCI

/// The JSON documents of images. What can be read is written and read again, and is the same.
enum DocumentTarget {
    static func manifest(_ input: [UInt8]) {
        json(input)
        if let manifest = try? ImageManifest(parsing: input) {
            ByteTarget.require(
                (try? ImageManifest(parsing: manifest.encoded())) == manifest, "a manifest became another")
            for layer in manifest.layers { ByteTarget.require(layer.size >= 0, "a size is negative") }
        }
        if let index = try? ImageIndex(parsing: input) {
            ByteTarget.require((try? ImageIndex(parsing: index.encoded())) == index, "an index became another")
            _ = index.manifest(for: .host)
            _ = index.platforms
        }
        _ = try? ManifestDocument.mediaType(of: input, contentType: nil, subject: "fuzz")
    }

    static func configuration(_ input: [UInt8]) {
        json(input)
        guard let configuration = try? ImageConfiguration(parsing: input) else { return }
        let again = try? ImageConfiguration(parsing: configuration.encoded())
        ByteTarget.require(again == configuration, "a configuration became another")
    }

    private static func json(_ input: [UInt8]) {
        guard let value = try? JSONValue(parsing: input) else { return }
        ByteTarget.require((try? JSONValue(parsing: value.encoded())) == value, "a value became another")
    }
}
