import FileSystem
import SystemPackage

@testable import Archive

/// A tar archive. What can be read is written and read again, and is the same; nothing gets past the budget.
enum TarTarget {
    private static let greatestSize: Int64 = 1 << 20

    static func run(_ input: [UInt8]) {
        read(input)
        read(withCheckSums(input))
    }

    /// The same with the right sum in each block that looks like a header, which chance hardly ever finds.
    private static func withCheckSums(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        for start in stride(from: 0, to: bytes.count - 511, by: 512)
        where bytes[start + 257..<start + 262] == Array("ustar".utf8)[...] {
            for place in start + 148..<start + 156 { bytes[place] = 0x20 }
            var sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
            for place in stride(from: start + 153, through: start + 148, by: -1) {
                bytes[place] = 0x30 + UInt8(sum & 7)
                sum >>= 3
            }
            bytes[start + 154] = 0
        }
        return bytes
    }

    private static func read(_ input: [UInt8]) {
        var entries: [(TarEntry, [UInt8])] = []
        do {
            let reader = TarReader(MemorySource(input, chunk: input.count.isMultiple(of: 2) ? 1000 : .max))
            var budget = UnpackBudget(UnpackLimits(size: greatestSize, entries: 1000), archiveSize: Int64(input.count))
            var sum: Int64 = 0
            while let entry = try reader.next() {
                try budget.take(entry, read: reader.offset)
                sum += entry.size
                ByteTarget.require(sum <= greatestSize, "the budget let \(sum) bytes through")
                ByteTarget.require(!entry.path.string.utf8.contains(0), "a path has a NUL")
                ByteTarget.require(entry.path.isRelative, "the path \(entry.path) is absolute")
                let contents = entry.kind == .file ? try reader.readContents(limit: Int(greatestSize)) : []
                ByteTarget.require(Int64(contents.count) == entry.size, "a file has not the size it says")
                entries.append((entry, contents))
            }
            try reader.drain()
        } catch {
            ByteTarget.require(error is ArchiveError, "another error: \(error)")
        }
        check(entries)
    }

    private static func check(_ entries: [(TarEntry, [UInt8])]) {
        let sink = MemorySink()
        do {
            // A writer that has refused an entry takes no other, so each is tried with a writer of its own.
            let written = try entries.filter { try isRepresentable($0.0, contents: $0.1) }
            let writer = TarWriter(to: sink, options: exactTimes)
            for (entry, contents) in written { try writer.write(entry, contents: contents) }
            try writer.finish()
            let reader = TarReader(MemorySource(sink.bytes))
            for (entry, contents) in written {
                var expected = entry
                expected.xattrs.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
                guard var found = try reader.next() else { return ByteTarget.require(false, "an entry is lost") }
                found.xattrs.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
                ByteTarget.require(found == expected, "\(expected)\nbecame\n\(found)")
                let again = found.kind == .file ? try reader.readContents(limit: contents.count) : []
                ByteTarget.require(again == contents, "the contents of \(entry.path) became others")
            }
            ByteTarget.require(try reader.next() == nil, "there is an entry more")
        } catch {
            ByteTarget.require(false, "what was read cannot be written and read: \(error)")
        }
    }

    private static let exactTimes = TarWriter.Options(keepsExactTimes: true)

    private static func isRepresentable(_ entry: TarEntry, contents: [UInt8]) throws -> Bool {
        do {
            try TarWriter(to: MemorySink(), options: exactTimes).write(entry, contents: contents)
            return true
        } catch let error as ArchiveError where error.code == .unrepresentable {
            return false
        }
    }
}
