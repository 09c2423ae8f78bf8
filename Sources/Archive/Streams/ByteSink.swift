/// Where a stream of bytes goes.
///
/// Sinks block. A sink is used by one task or thread at a time. Stages are chained, each sink holding the next one, and
/// ``finish()`` runs through the whole chain.
public protocol ByteSink: AnyObject {
    /// Takes all of `bytes`.
    ///
    /// - Throws: ``ArchiveError`` or an error of the sink's own; the stream is unusable afterwards.
    func write(_ bytes: Span<UInt8>) throws

    /// Ends the stream: writes what is held back, then finishes the next sink. Nothing may be written afterwards.
    ///
    /// File descriptors are neither synchronised nor closed.
    func finish() throws
}

extension ByteSink {
    /// Takes all of `bytes`.
    public func write(_ bytes: [UInt8]) throws {
        try write(bytes.span)
    }

    /// Takes all of `bytes`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        try unsafe write(Span(_unsafeElements: bytes.bindMemory(to: UInt8.self)))
    }
}
