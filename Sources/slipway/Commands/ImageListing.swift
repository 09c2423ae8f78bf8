import ContentStore
import FileSystem
import OCI

/// What `slipway images` shows of the images, in docker's columns and keys.
struct ImageListing {
    var images: [ImageRecord]
    /// Seconds since 1970.
    var now: Int64
    var noTrunc: Bool

    /// The ids, each once, in the order of the images.
    var ids: [String] {
        var seen: Set<Digest> = []
        return images.filter { seen.insert($0.id).inserted }.map(id)
    }

    func table(digests: Bool) -> TextTable {
        var table = TextTable(header: ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"])
        if digests { table.header.insert("DIGEST", at: 2) }
        table.rows = images.map { image in
            var row = [
                repository(image), tag(image), id(image), AgeText.since(image.built.seconds, now: now),
                ByteCount.text(image.size),
            ]
            if digests { row.insert(image.descriptor.digest.description, at: 2) }
            return row
        }
        return table
    }

    var json: String {
        images.map { image in
            let object: JSONValue = [
                "Containers": "N/A", "CreatedAt": .string(RFC3339.string(seconds: image.built.seconds)),
                "CreatedSince": .string(AgeText.since(image.built.seconds, now: now)),
                "Digest": .string(image.descriptor.digest.description), "ID": .string(id(image)),
                "Repository": .string(repository(image)), "SharedSize": "N/A",
                "Size": .string(ByteCount.text(image.size)), "Tag": .string(tag(image)), "UniqueSize": "N/A",
                "VirtualSize": .string(ByteCount.text(image.size)),
            ]
            return String(decoding: object.encoded(), as: UTF8.self) + "\n"
        }.joined()
    }

    private func id(_ image: ImageRecord) -> String { noTrunc ? image.id.description : image.id.short }

    private func repository(_ image: ImageRecord) -> String { image.name?.familiarRepository ?? "<none>" }

    private func tag(_ image: ImageRecord) -> String { image.name?.tag ?? "<none>" }
}
