extension TarReader {
    func readContents(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let piece = contents.nextPiece, buffer.count > 0 else { return 0 }
        let count = Int(min(piece.count, Int64(buffer.count)))
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        if !piece.isData {
            unsafe target.initializeMemory(as: UInt8.self, repeating: 0)
            contents.advance(by: Int64(count), isData: false)
            return count
        }
        let length = try unsafe input.read(into: target)
        guard length > 0 else { throw truncatedContents(lacking: contents.stored) }
        contents.advance(by: Int64(length), isData: true)
        return length
    }

    /// Hands some of the contents to `sink` without copying them.
    ///
    /// - Returns: whether there was something left.
    func writePiece(to sink: any ByteSink) throws -> Bool {
        guard let piece = contents.nextPiece else { return false }
        if !piece.isData {
            let count = min(piece.count, Int64(Self.zeros.count))
            try sink.write(Self.zeros.span.extracting(..<Int(count)))
            contents.advance(by: count, isData: false)
            return true
        }
        guard try input.fill(1) > 0 else { throw truncatedContents(lacking: contents.stored) }
        let count = min(piece.count, Int64(input.available))
        try input.take(Int(count)) { try sink.write($0) }
        contents.advance(by: count, isData: true)
        return true
    }

    private static let zeros = [UInt8](repeating: 0, count: 64 << 10)

    /// Moves on to the header that follows the current entry.
    func skipContents() throws {
        let lacking = try input.skip(contents.stored + Int64(contents.padding))
        guard lacking == 0 else { throw truncatedContents(lacking: lacking) }
        contents = TarContents()
    }

    private func truncatedContents(lacking count: Int64) -> ArchiveError {
        ArchiveError(.truncated, "the archive ends \(count) bytes before the end of an entry", offset: offset)
    }
}
