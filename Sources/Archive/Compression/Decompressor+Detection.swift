extension Decompressor {
    /// Whether `source` is a tar archive, compressed or not: whether its first block, once decompressed, is a header.
    ///
    /// This is how `ADD` tells archives to unpack from files to copy: by their contents, not by their names. An archive
    /// without entries is none. The source is read as far as needed, which is up to some 900 KiB with bzip2.
    ///
    /// - Throws: what the source throws; anything wrong with the bytes just means `false`.
    public static func isArchive(_ source: any ByteSource) throws -> Bool {
        do {
            let block = try Decompressor(source, limits: Limits(), triesWholeMembers: false).read(upTo: TarBlock.size)
            return try block.count == TarBlock.size && TarFields(block.span, at: 0) != nil
        } catch let error as ArchiveError where error.code != .inputOutput {
            return false
        }
    }
}
