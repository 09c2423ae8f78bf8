public import FileSystem
public import OCI

extension ContentStore {
    /// All images, those with names first, in the order of the names.
    public func images() throws(StoreError) -> [ImageRecord] {
        try reading { database throws(StoreError) in
            try database.rows(
                "SELECT \(ImageRecord.columns) FROM images ORDER BY name IS NULL, name, digest"
            ) { row throws(StoreError) in try ImageRecord(row) }
        } ?? []
    }

    /// The image of this name; nil when there is none. With a digest, the image with that digest in that repository.
    public func image(named reference: ImageReference) throws(StoreError) -> ImageRecord? {
        if let exact = try record(name: reference.canonicalName) { return exact }
        guard let digest = reference.digest else { return nil }
        return try images().first {
            $0.descriptor.digest == digest && $0.name?.canonicalRepository == reference.canonicalRepository
        }
    }

    private func record(name: String) throws(StoreError) -> ImageRecord? {
        try reading { database throws(StoreError) in
            try database.rows("SELECT \(ImageRecord.columns) FROM images WHERE name = ?", [.text(name)]) {
                row throws(StoreError) in try ImageRecord(row)
            }.first
        } ?? nil
    }

    /// The image that a user means by `text`, as docker understands it: a name, or the digest, or the beginning of the
    /// digits of the digest, of the configuration, the manifest or the index.
    ///
    /// - Throws: `noSuchImage`; `ambiguous` when the digits begin several images.
    public func image(matching text: String) throws(StoreError) -> ImageRecord {
        if let reference = try? ImageReference(parsing: text), let image = try image(named: reference) { return image }
        let digits = text.hasPrefix("sha256:") ? text.dropFirst("sha256:".count) : text[...]
        let isHexadecimal = !digits.isEmpty && digits.allSatisfy { $0.isHexDigit && !$0.isUppercase }
        let matches =
            isHexadecimal
            ? try images().filter {
                $0.descriptor.digest.hex.hasPrefix(digits) || $0.configuration?.hex.hasPrefix(digits) == true
            } : []
        guard let first = matches.first else { throw StoreError(.noSuchImage, "no such image: \(text)") }
        guard matches.allSatisfy({ $0.id == first.id }) else {
            throw StoreError(.ambiguous, "several images begin with \(digits): give more digits")
        }
        return first
    }

    /// All records of the image with this ID or digest.
    public func images(withID id: Digest) throws(StoreError) -> [ImageRecord] {
        try images().filter { $0.id == id || $0.descriptor.digest == id }
    }

    /// Stores a record. An image that had the name before loses it, and is garbage if it has no other.
    ///
    /// - Throws: `missingBlob` when the manifest or index is not there, and whatever the index says.
    public func put(_ record: ImageRecord) throws(StoreError) {
        try pin([record.descriptor.digest])
        guard contains(record.descriptor.digest) else {
            throw StoreError(.missingBlob, "the store has no manifest \(record.descriptor.digest)")
        }
        let root = root
        try writing { database throws(StoreError) in
            let known = try database.integer(
                "SELECT count(*) FROM images WHERE name IS ? AND digest = ?",
                [SQLValue(record.name?.canonicalName), .text(record.descriptor.digest.description)])
            try Self.insert(record, into: database)
            // A build in which nothing changed need not wait for the disk.
            if known == 0 { try ImageNames.write(database, store: root) }
        }
    }

    static func insert(_ record: ImageRecord, into database: Database) throws(StoreError) {
        // Without a name, the digest is what may stand only once.
        if record.name == nil {
            try database.run(
                "DELETE FROM images WHERE name IS NULL AND digest = ?",
                [.text(record.descriptor.digest.description)])
        }
        try database.run(
            """
            INSERT OR REPLACE INTO images (name, digest, descriptor, configuration, platform, built, size)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                SQLValue(record.name?.canonicalName), .text(record.descriptor.digest.description),
                .text(String(decoding: record.descriptor.encoded(), as: UTF8.self)),
                SQLValue(record.configuration?.description), SQLValue(record.platform?.description),
                .integer(record.built.indexed), .integer(record.size),
            ])
    }

    /// Reads what a record says about an image from its manifest and configuration, and stores it under each of the
    /// names; without any, as an image without name.
    @discardableResult
    public func putImage(
        _ descriptor: Descriptor, names: [ImageReference], built: Timestamp = .now
    ) throws(StoreError) -> [ImageRecord] {
        var record = try record(of: descriptor, built: built)
        let names: [ImageReference?] = names.isEmpty ? [nil] : names
        var records: [ImageRecord] = []
        for name in names {
            record.name = name
            try put(record)
            records.append(record)
        }
        return records
    }

    /// What the documents of an image say about it, without a name.
    func record(of descriptor: Descriptor, built: Timestamp) throws(StoreError) -> ImageRecord {
        var record = ImageRecord(
            name: nil, descriptor: descriptor, configuration: nil, platform: nil, built: built, size: 0)
        if try ResolvedImage.isIndex(descriptor, document(descriptor)) {
            let reachable = try contents(of: descriptor)
            record.size = reachable.layers.values.reduce(0) { $0.addingReportingOverflow($1).partialValue }
        } else {
            let image = try resolve(descriptor, platform: .host)
            record.configuration = image.manifest.configuration.digest
            record.platform = image.configuration.platform
            record.size = image.manifest.layersSize
        }
        return record
    }

    /// Gives an image a further name, or moves the name to it.
    public func tag(_ record: ImageRecord, as name: ImageReference) throws(StoreError) {
        var record = record
        record.name = name
        try put(record)
    }

    /// Removes a name. The image is garbage if it has no other.
    ///
    /// - Returns: What the name meant; nil when there was no such name.
    @discardableResult
    public func untag(_ name: ImageReference) throws(StoreError) -> ImageRecord? {
        guard let record = try image(named: name) else { return nil }
        let root = root
        try writing { database throws(StoreError) in
            if let name = record.name {
                try database.run("DELETE FROM images WHERE name = ?", [.text(name.canonicalName)])
                try ImageNames.write(database, store: root)
            }
        }
        return record
    }

    /// Removes all names of the image with this ID or digest, and the image without name.
    ///
    /// - Returns: What there was.
    @discardableResult
    public func removeImages(withID id: Digest) throws(StoreError) -> [ImageRecord] {
        let root = root
        return try writing { database throws(StoreError) in
            let condition = "configuration = ?1 OR digest = ?1"
            let records = try database.rows(
                "SELECT \(ImageRecord.columns) FROM images WHERE \(condition) ORDER BY name", [.text(id.description)]
            ) { row throws(StoreError) in try ImageRecord(row) }
            try database.run("DELETE FROM images WHERE \(condition)", [.text(id.description)])
            try ImageNames.write(database, store: root)
            return records
        }
    }
}
