/// The records of GNU tar's pax formats for sparse files: GNU tar manual, "Storing Sparse Files".
struct SparseRecords {
    /// Which of the formats the records speak.
    enum Format { case none, mapInHeader, mapInContents }

    private(set) var name: [UInt8]?
    private(set) var size: Int64?
    private var major: Int64 = 0
    private var minor: Int64 = 0
    /// The map of formats 0.0 and 0.1.
    private(set) var map: [TarContents.Extent]?
    private var pendingOffset: Int64?

    init() {}

    /// - Throws: ``ArchiveError`` with the code `unsupported` for versions other than 0.0, 0.1 and 1.0.
    func format(at place: Int64) throws(ArchiveError) -> Format {
        switch (major, minor) {
        case (1, 0): return .mapInContents
        case (0, 0), (0, 1): return map == nil ? .none : .mapInHeader
        default:
            throw ArchiveError(
                .unsupported, "sparse files of the format \(major).\(minor) are not supported", offset: place)
        }
    }

    /// Takes the record `GNU.sparse.<key>`.
    mutating func set(_ keyBytes: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, at place: Int64) throws(ArchiveError) {
        let key = String(decoding: keyBytes, as: UTF8.self)
        func number() throws(ArchiveError) -> Int64 {
            try PaxAttributes.number(value, "GNU.sparse.\(key)", at: place)
        }
        switch key {
        case "name": name = try PaxAttributes.name(value, "GNU.sparse.name", at: place)
        case "size", "realsize": size = try number()
        case "major": major = try number()
        case "minor": minor = try number()
        case "numblocks": map = []
        case "offset": pendingOffset = try number()
        case "numbytes":
            guard let offset = pendingOffset else {
                throw ArchiveError(.malformed, "a sparse file has a length without an offset", offset: place)
            }
            let extent = TarContents.Extent(offset: offset, length: try number())
            if map?.append(extent) == nil { map = [extent] }
            pendingOffset = nil
        case "map":
            let numbers =
                value.isEmpty
                ? [] : value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            map = try Self.map(of: numbers, at: place)
        default: break
        }
    }

    /// Makes a map of decimal numbers: offset, length, offset, length.
    static func map(
        of numbers: [ArraySlice<UInt8>], at place: Int64
    ) throws(ArchiveError) -> [TarContents.Extent] {
        guard numbers.count.isMultiple(of: 2) else {
            throw ArchiveError(.malformed, "the map of a sparse file has an offset without a length", offset: place)
        }
        var map: [TarContents.Extent] = []
        map.reserveCapacity(numbers.count / 2)
        for index in stride(from: 0, to: numbers.count, by: 2) {
            guard let offset = Int64(decimal: numbers[index]), let length = Int64(decimal: numbers[index + 1]) else {
                throw ArchiveError(.malformed, "the map of a sparse file has a wrong number", offset: place)
            }
            map.append(TarContents.Extent(offset: offset, length: length))
        }
        return map
    }
}
