extension Decompressor {
    /// Whether `source` is a tar archive, compressed or not: whether its first block, once decompressed, is a header.
    ///
    /// This is how `ADD` tells archives to unpack from files to copy: by their contents, not by their names. An archive
    /// without entries is none. The source is read as far as needed, which is up to some 900 KiB with bzip2.
    ///
    /// - Throws: what the source throws; anything wrong with the bytes just means `false`.
    public static func isArchive(_ source: any ByteSource) throws -> Bool {
        try archive { try Decompressor(source, limits: Limits(), triesWholeMembers: false) } != nil
    }

    /// The tar archive that `source` is, compressed or not, decompressed from its beginning; or `nil` if it is none, by
    /// the rule of ``isArchive(_:)``.
    ///
    /// - Throws: what the source throws; anything wrong with the first bytes just means `nil`.
    public static func archive(in source: any ByteSource, limits: Limits = Limits()) throws -> (any ByteSource)? {
        try archive { try Decompressor.open(source, limits: limits) }
    }

    private static func archive(opening open: () throws -> Decompressor) throws -> (any ByteSource)? {
        do {
            let decompressor = try open()
            let block = try decompressor.read(upTo: TarBlock.size)
            guard try block.count == TarBlock.size && TarFields(block.span, at: 0) != nil else { return nil }
            return PrefixedSource(block, before: decompressor)
        } catch let error as ArchiveError where error.code != .inputOutput {
            return nil
        }
    }
}
