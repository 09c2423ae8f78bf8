/// The header of one package as rpm's database has it: an index of tags and the data they point into (RPM file format,
/// "Header format"), without the magic number that it has in a package file.
struct RPMHeader {
    /// The few tags of interest.
    enum Tag: Int {
        case name = 1000
        case version = 1001
        case release = 1002
        case epoch = 1003
        case vendor = 1011
        case license = 1014
        case architecture = 1022
        case sourcePackage = 1044
        case provideName = 1047
        case requireName = 1049
    }

    private struct Entry {
        var type: Int
        var offset: Int
        var count: Int
    }

    private var entries: [Tag: Entry] = [:]
    private let data: ArraySlice<UInt8>

    init(parsing bytes: [UInt8]) throws(SBOMError) {
        var reader = ByteReader(bytes, .big)
        let entryCount = try reader.integer32()
        let dataCount = try reader.integer32()
        guard entryCount <= bytes.count / 16 else { throw .damaged("the header of a package has a wrong length") }
        for _ in 0..<entryCount {
            let tag = Tag(rawValue: try reader.integer32())
            let entry = Entry(
                type: try reader.integer32(), offset: try reader.integer32(), count: try reader.integer32())
            if let tag { entries[tag] = entry }
        }
        data = try reader.take(dataCount)
    }

    /// The first string of a tag; empty for none.
    func string(_ tag: Tag) -> String { strings(tag, limit: 1).first ?? "" }

    /// All strings of a tag.
    func strings(_ tag: Tag) -> [String] { strings(tag, limit: .max) }

    private func strings(_ tag: Tag, limit: Int) -> [String] {
        // Types 6, 8 and 9: a string, several, and one in several languages.
        guard let entry = entries[tag], [6, 8, 9].contains(entry.type), entry.offset <= data.count else { return [] }
        var rest = data.dropFirst(entry.offset)
        var result: [String] = []
        while result.count < min(entry.count, limit), let end = rest.firstIndex(of: 0) {
            result.append(String(decoding: rest[..<end], as: UTF8.self))
            rest = rest[(end + 1)...]
        }
        return result
    }

    /// The first 32-bit number of a tag.
    func integer(_ tag: Tag) -> Int? {
        guard let entry = entries[tag], entry.type == 4, entry.count > 0, entry.offset <= data.count - 4 else {
            return nil
        }
        return data.dropFirst(entry.offset).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
}
