internal import FileSystem
internal import SystemPackage

extension TarWriter {
    /// Writes the header of `entry`, with an extended header before it where ustar is too narrow.
    func writeHeader(of entry: TarEntry) throws {
        let name = try Self.name(of: entry)
        var header = TarHeader(name: name, type: UInt8(ascii: "0"), mode: Int64(entry.mode & 0o7777))
        var records = PaxRecords()
        header.uid = Int64(entry.uid)
        header.gid = Int64(entry.gid)
        try setKind(of: entry, in: &header)

        if !name.isPlain || name.count > TarBlock.name.count, !header.splitName() { records.set("path", name) }
        if !header.link.isPlain || header.link.count > TarBlock.linkName.count { records.set("linkpath", header.link) }
        if header.uid > TarBlock.greatestShortNumber { records.set("uid", header.uid) }
        if header.gid > TarBlock.greatestShortNumber { records.set("gid", header.gid) }
        if header.size > TarBlock.greatestLongNumber { records.set("size", header.size) }
        setTime(of: entry, in: &header, records: &records)
        try Self.set(entry.xattrs, of: entry, in: &records)

        if !records.isEmpty {
            if !header.prefix.isEmpty {
                // A reader of extended headers gets the whole path in one piece.
                header.prefix = []
                records.set("path", name)
            }
            header.name = name.plain
            header.link = header.link.plain
            try write(records, before: name)
        }
        try output.append(block: TarBlock.size) { header.encode(into: &$0) }
    }

    /// The path as it stands in the archive: relative, with a final slash for directories.
    private static func name(of entry: TarEntry) throws(ArchiveError) -> [UInt8] {
        var name = entry.path.bytes
        let start = name.leadingRootCount
        if start > 0 { name.removeFirst(start) }
        if entry.kind == .directory {
            name += name.isEmpty ? [UInt8(ascii: "."), UInt8(ascii: "/")] : [UInt8(ascii: "/")]
        } else if name.isEmpty {
            throw ArchiveError(.unrepresentable, "an entry which is not a directory has no path")
        }
        return name
    }

    private func setKind(of entry: TarEntry, in header: inout TarHeader) throws(ArchiveError) {
        switch entry.kind {
        case .file:
            guard entry.size >= 0 else {
                throw ArchiveError(.unrepresentable, "the size of \(entry.path) is negative: \(entry.size)")
            }
            header.size = entry.size
        case .directory:
            header.type = UInt8(ascii: "5")
        case .symlink(let target):
            header.type = UInt8(ascii: "2")
            header.link = target.bytes
        case .hardLink(let target):
            header.type = UInt8(ascii: "1")
            header.link = target.bytes
            header.link.removeFirst(header.link.leadingRootCount)
        case .characterDevice(let device):
            header.type = UInt8(ascii: "3")
            header.device = (Int64(device.major), Int64(device.minor))
        case .blockDevice(let device):
            header.type = UInt8(ascii: "4")
            header.device = (Int64(device.major), Int64(device.minor))
        case .fifo:
            header.type = UInt8(ascii: "6")
        }
        if case .hardLink = entry.kind, header.link.isEmpty {
            throw ArchiveError(.unrepresentable, "the hard link \(entry.path) has no target")
        }
        if let device = header.device, max(device.major, device.minor) > TarBlock.greatestShortNumber {
            throw ArchiveError(
                .unrepresentable, "the device numbers of \(entry.path) are too large: \(device.major), \(device.minor)")
        }
    }

    private func setTime(of entry: TarEntry, in header: inout TarHeader, records: inout PaxRecords) {
        var time = entry.mtime
        if !options.keepsExactTimes {
            time = Timestamp(seconds: max(0, time.seconds), nanoseconds: 0)
        }
        header.mtime = time.seconds
        if time.nanoseconds != 0 || !(0...TarBlock.greatestLongNumber).contains(time.seconds) {
            records.set("mtime", time)
        }
    }

    private static func set(
        _ attributes: [ExtendedAttribute], of entry: TarEntry, in records: inout PaxRecords
    ) throws(ArchiveError) {
        var names: Set<[UInt8]> = []
        for attribute in attributes {
            guard !attribute.name.isEmpty, !attribute.name.utf8.contains(0),
                names.insert(Array(attribute.name.utf8)).inserted
            else {
                throw ArchiveError(
                    .unrepresentable, "\(entry.path) has an extended attribute whose name is empty or not unique")
            }
            // As GNU tar does it: a key ends at the first "=".
            var name = Array(attribute.name.utf8)
            name.replace(Array("%".utf8), with: Array("%25".utf8))
            name.replace(Array("=".utf8), with: Array("%3D".utf8))
            records.set(PaxAttributes.attributePrefix + name, attribute.value)
        }
    }

    private func write(_ records: PaxRecords, before name: [UInt8]) throws {
        let body = records.encoded()
        let slash = name.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        var headerName = name[..<slash] == [UInt8(ascii: "."), UInt8(ascii: "/")] ? [] : Array(name[..<slash])
        headerName += Array("PaxHeaders.0".utf8)
        if slash < name.count { headerName += [UInt8(ascii: "/")] + name[slash...] }
        headerName = Array(headerName.plain.prefix(TarBlock.name.count))
        while headerName.last == UInt8(ascii: "/") { headerName.removeLast() }
        let header = TarHeader(
            name: headerName, type: UInt8(ascii: "x"),
            size: Int64(body.count), device: nil)
        try output.append(block: TarBlock.size) { header.encode(into: &$0) }
        try output.append(body.span)
        try output.append(zeros: TarBlock.padding(after: Int64(body.count)))
    }
}

extension TarHeader {
    /// Moves the front of a long name into the prefix.
    ///
    /// - Returns: whether the name fits like this.
    fileprivate mutating func splitName() -> Bool {
        guard name.isPlain, name.count > TarBlock.name.count else { return false }
        var length = min(name.count, TarBlock.prefix.count + 1)
        if name.last == UInt8(ascii: "/"), length == name.count { length -= 1 }
        guard let slash = name[..<length].lastIndex(of: UInt8(ascii: "/")), slash > 0,
            (1...TarBlock.name.count).contains(name.count - slash - 1)
        else { return false }
        prefix = Array(name[..<slash])
        name.removeFirst(slash + 1)
        return true
    }
}

extension [UInt8] {
    /// Whether every byte is ASCII, which is all that ustar's own fields may hold.
    fileprivate var isPlain: Bool { allSatisfy { $0 < 0x80 } }

    /// The ASCII bytes, for the fields an extended header overrides.
    fileprivate var plain: [UInt8] { isPlain ? self : filter { $0 < 0x80 } }

    /// How many bytes of "/" and "./" stand in front of the relative path.
    fileprivate var leadingRootCount: Int {
        var start = 0
        while start < count {
            if self[start] == UInt8(ascii: "/") {
                start += 1
            } else if self[start] == UInt8(ascii: "."), start + 1 == count || self[start + 1] == UInt8(ascii: "/") {
                start += 1
            } else {
                break
            }
        }
        return start
    }
}
