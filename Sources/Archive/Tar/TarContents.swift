/// What is known about the contents of the entry being read: where data are and where holes.
struct TarContents {
    /// A piece of a file that is stored in the archive; what lies between the pieces is a hole.
    struct Extent: Equatable {
        var offset: Int64
        var length: Int64

        var end: Int64 { offset + length }
    }

    /// The size of the file, holes included.
    var size: Int64 = 0
    /// How much of the file has been read.
    var position: Int64 = 0
    /// The bytes of data in the archive that have not been read.
    var stored: Int64 = 0
    /// The bytes after the data that fill up its last block.
    var padding = 0
    /// The pieces that have not been read to their end, in order.
    private(set) var extents: ArraySlice<Extent> = []

    init() {}

    /// The contents of a file without holes.
    init(size: Int64, padding: Int) {
        self.size = size
        stored = size
        self.padding = padding
        if size > 0 { extents = [Extent(offset: 0, length: size)] }
    }

    /// The contents of a sparse file.
    ///
    /// - Parameter stored: the bytes of data in the archive; the pieces must account for each of them.
    /// - Throws: ``ArchiveError`` when the pieces overlap, stand in the wrong order or reach beyond the file.
    init(size: Int64, map: [Extent], stored: Int64, padding: Int, at place: Int64) throws(ArchiveError) {
        var end: Int64 = 0
        var sum: Int64 = 0
        for extent in map {
            guard extent.offset >= end, extent.length >= 0, extent.offset <= size, extent.length <= size - extent.offset
            else {
                throw ArchiveError(.malformed, "the map of a sparse file is not in order", offset: place)
            }
            end = extent.end
            sum += extent.length
        }
        guard sum == stored else {
            throw ArchiveError(
                .malformed, "the map of a sparse file covers \(sum) bytes, but \(stored) are stored", offset: place)
        }
        self.size = size
        self.stored = stored
        self.padding = padding
        extents = map.filter { $0.length > 0 }[...]
    }

    /// What the next bytes are: their number, which is positive, and whether they are data; `nil` at the end.
    var nextPiece: (count: Int64, isData: Bool)? {
        guard position < size else { return nil }
        guard let extent = extents.first else { return (size - position, false) }
        return position < extent.offset ? (extent.offset - position, false) : (extent.end - position, true)
    }

    /// Counts bytes that have been read, no more than the next piece has.
    mutating func advance(by count: Int64, isData: Bool) {
        position += count
        if isData { stored -= count }
        if let extent = extents.first, position >= extent.end { extents = extents.dropFirst() }
    }
}
