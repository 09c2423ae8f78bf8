internal import FileSystem
internal import SystemPackage

extension TarReader {
    /// How many extended headers one entry may have.
    private static let greatestExtensionCount = 32

    /// What extended headers may take in all: so many bytes and records, and more for each entry. To read them takes the
    /// most time of all that is in an archive.
    private static let freeExtensionSize: Int64 = 64 << 20
    private static let extensionSizePerEntry: Int64 = 8 << 10
    private static let freeRecords: Int64 = 1 << 20
    private static let recordsPerEntry: Int64 = 64
    /// PATH_MAX: neither a file of a longer name nor a link to one could be used.
    private static let greatestNameLength = 4096

    /// Counts records of extended headers and pieces of sparse files.
    func take(records count: Int, at place: Int64) throws(ArchiveError) {
        recordCount += Int64(count)
        guard recordCount <= Self.freeRecords + entryCount * Self.recordsPerEntry else {
            throw ArchiveError(
                .limitExceeded, "the extended headers have more records than those of any honest archive", offset: place
            )
        }
    }

    /// Reads headers up to the one that is an entry.
    ///
    /// - Returns: `nil` at the end of the archive.
    func readEntry() throws -> TarEntry? {
        var names = GNUNames()
        var localRecords: (body: [UInt8], place: Int64)?
        var extensions = 0
        while let fields = try readHeader(isExtended: extensions > 0) {
            let place = fields.place
            switch fields.type {
            case UInt8(ascii: "x"), UInt8(ascii: "X"):
                localRecords = (try readBody(of: fields), place)
            case UInt8(ascii: "g"):
                try take(records: try globalRecords.apply(try readBody(of: fields), at: place), at: place)
                // Only headers which speak of the next entry make its absence an error.
                continue
            case UInt8(ascii: "L"):
                names.path = Array(try readBody(of: fields).prefix { $0 != 0 })
            case UInt8(ascii: "K"):
                names.link = Array(try readBody(of: fields).prefix { $0 != 0 })
            case UInt8(ascii: "V"):
                // The name of the volume; POSIX has nothing like it.
                contents = TarContents(size: try storedSize(fields, nil), padding: 0)
                contents.padding = TarBlock.padding(after: contents.size)
                try skipContents()
                continue
            default:
                var attributes = globalRecords
                if let localRecords {
                    try take(records: try attributes.apply(localRecords.body, at: localRecords.place), at: place)
                }
                entryCount += 1
                return try entry(fields, attributes, names)
            }
            extensions += 1
            guard extensions <= Self.greatestExtensionCount else {
                throw ArchiveError(.limitExceeded, "an entry has too many extended headers", offset: place)
            }
        }
        return nil
    }

    /// The names that GNU tar's own extension headers hold.
    private struct GNUNames {
        var path: [UInt8] = []
        var link: [UInt8] = []
    }

    /// Reads the next header block, or `nil` at the end of the archive.
    private func readHeader(isExtended: Bool) throws -> TarFields? {
        let place = offset
        let available = try input.fill(TarBlock.size)
        if available == 0, !isExtended, !options.requiresEndMarker { return nil }
        guard available == TarBlock.size else {
            throw ArchiveError(.truncated, "the archive ends where a header should stand", offset: place)
        }
        if let fields = try input.take(TarBlock.size, body: { try TarFields($0, at: place) }) { return fields }
        guard !isExtended else {
            throw ArchiveError(.malformed, "the archive ends after an extended header", offset: place)
        }
        // Two blocks of zeros end an archive; a file that ends after one of them is let pass.
        if try input.fill(TarBlock.size) == TarBlock.size {
            let second = offset
            guard try input.take(TarBlock.size, body: { try TarFields($0, at: second) }) == nil else {
                throw ArchiveError(.malformed, "a header follows a block of zeros", offset: second)
            }
        } else if options.requiresEndMarker {
            throw ArchiveError(.truncated, "the archive ends inside its end marker", offset: offset)
        }
        return nil
    }

    /// Reads exactly `count` bytes.
    func readBytes(_ count: Int) throws -> [UInt8] {
        let bytes = try unsafe [UInt8](readingExactly: count) { try unsafe input.read(into: $0) }
        guard bytes.count == count else {
            throw ArchiveError(.truncated, "the archive ends inside a header", offset: offset)
        }
        return bytes
    }

    /// Reads what follows an extension header.
    private func readBody(of fields: TarFields) throws -> [UInt8] {
        let size = try storedSize(fields, nil)
        guard size <= options.greatestHeaderSize else {
            throw ArchiveError(.limitExceeded, "an extended header has \(size) bytes", offset: fields.place)
        }
        extensionSize += size
        guard extensionSize <= Self.freeExtensionSize + entryCount * Self.extensionSizePerEntry else {
            throw ArchiveError(
                .limitExceeded, "the extended headers are larger than those of any honest archive", offset: fields.place
            )
        }
        let bytes = try readBytes(Int(size))
        guard try input.skip(Int64(TarBlock.padding(after: size))) == 0 else {
            throw ArchiveError(.truncated, "the archive ends inside a header", offset: offset)
        }
        return bytes
    }

    /// The number of bytes that follow a header.
    private func storedSize(_ fields: TarFields, _ override: Int64?) throws -> Int64 {
        let size = try override ?? fields.number(TarBlock.length, "size")
        guard size >= 0 else {
            throw ArchiveError(.malformed, "an entry has a negative size", offset: fields.place)
        }
        // Room for padding without overflow.
        guard size <= min(options.greatestFileSize, .max - 1024) else {
            throw ArchiveError(.limitExceeded, "an entry has the size \(size)", offset: fields.place)
        }
        return size
    }

    private func entry(_ fields: TarFields, _ attributes: PaxAttributes, _ names: GNUNames) throws -> TarEntry {
        let place = fields.place
        var name = attributes.sparse.name ?? attributes.path ?? fields.name
        if !names.path.isEmpty { name = names.path }
        var link = attributes.linkPath ?? fields.text(TarBlock.linkName)
        if !names.link.isEmpty { link = names.link }
        guard !name.isEmpty else { throw ArchiveError(.malformed, "an entry has no name", offset: place) }
        guard max(name.count, link.count) <= Self.greatestNameLength else {
            throw ArchiveError(
                .limitExceeded, "an entry has a name or a link of \(max(name.count, link.count)) bytes", offset: place)
        }

        let path = FilePath(archived: name)
        let kind = try kind(of: fields, link: link, isNamedDirectory: name.last == UInt8(ascii: "/"))
        guard kind == .directory || !path.isEmpty else {
            throw ArchiveError(.malformed, "the root of the archive is not a directory", offset: place)
        }
        var entry = TarEntry(
            path: path, kind: kind, mode: UInt16(try fields.number(TarBlock.mode, "mode") & 0o7777),
            uid: try attributes.uid ?? Self.identifier(fields, TarBlock.uid, "user number"),
            gid: try attributes.gid ?? Self.identifier(fields, TarBlock.gid, "group number"),
            mtime: try attributes.mtime ?? Timestamp(seconds: fields.number(TarBlock.mtime, "time")),
            xattrs: attributes.xattrs)
        if kind == .file {
            entry.size = try openContents(fields, attributes, stored: try storedSize(fields, attributes.size))
        } else if kind == .directory, fields.type != UInt8(ascii: "5") {
            // A list of names (GNU's incremental format) or what an old program wrote: skipped with the entry.
            let size = try storedSize(fields, attributes.size)
            contents.stored = size
            contents.padding = TarBlock.padding(after: size)
        }
        return entry
    }

    private func kind(of fields: TarFields, link: [UInt8], isNamedDirectory: Bool) throws -> TarEntry.Kind {
        switch fields.type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
            // Before POSIX a directory was a file whose name ends in a slash.
            return isNamedDirectory ? .directory : .file
        case UInt8(ascii: "S"): return .file
        case UInt8(ascii: "5"), UInt8(ascii: "D"): return .directory
        case UInt8(ascii: "1"):
            let target = FilePath(archived: link)
            guard !target.isEmpty else {
                throw ArchiveError(.malformed, "a hard link has no target", offset: fields.place)
            }
            return .hardLink(target)
        case UInt8(ascii: "2"):
            guard !link.isEmpty else {
                throw ArchiveError(.malformed, "a symbolic link has no target", offset: fields.place)
            }
            return .symlink(FilePath(bytes: link))
        case UInt8(ascii: "3"): return .characterDevice(try Self.device(fields))
        case UInt8(ascii: "4"): return .blockDevice(try Self.device(fields))
        case UInt8(ascii: "6"): return .fifo
        default:
            let type = Character(UnicodeScalar(fields.type)).debugDescription
            throw ArchiveError(.unsupported, "an entry has the unknown type \(type)", offset: fields.place)
        }
    }

    private static func identifier(
        _ fields: TarFields, _ field: Range<Int>, _ label: StaticString
    ) throws(ArchiveError) -> UInt32 {
        guard let number = UInt32(exactly: try fields.number(field, label)) else {
            throw ArchiveError(.malformed, "an entry has a \(label) out of range", offset: fields.place)
        }
        return number
    }

    private static func device(_ fields: TarFields) throws(ArchiveError) -> DeviceNumber {
        DeviceNumber(
            major: try identifier(fields, TarBlock.deviceMajor, "device number"),
            minor: try identifier(fields, TarBlock.deviceMinor, "device number"))
    }
}
