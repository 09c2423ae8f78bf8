/// Lets one decoder at a time have a large window. Layers are unpacked at the same time, each in a thread of its own, and what
/// a hostile one asks for as a window must not be multiplied by their number.
final class LargeMemory: Sendable {
    /// Windows up to this size, in bytes, need no permit: those of `zstd -19` and `xz -6`, and smaller ones.
    static let ordinarySize: UInt64 = 16 << 20

    private static let isTaken = Monitor(false)

    /// Waits until nobody else has the permit; it is given back when this object goes.
    init() {
        Self.isTaken.wait { isTaken -> Void? in
            if isTaken { return nil }
            isTaken = true
            return ()
        }
    }

    deinit { Self.isTaken.withLock { $0 = false } }
}
