/// A part of a stream that is compressed by itself: a gzip member or a zstd frame. What is or will be compressed, and the
/// result. The buffers are used again and again.
struct Member: Sendable {
    /// The greatest number of bytes that go into one member.
    static let inputCapacity = 1 << 20

    /// The member's place in the stream.
    var index = 0
    /// The bytes to compress are the first `inputCount` ones.
    var input: [UInt8]
    var inputCount = 0
    /// The compressed member is the first `outputCount` bytes; 0 if compressing failed.
    var output: [UInt8]
    var outputCount = 0
    /// What the input is known by, if compressed members are kept.
    var key: [UInt8]?

    init(outputCapacity: Int) {
        input = [UInt8](repeating: 0, count: Self.inputCapacity)
        output = [UInt8](repeating: 0, count: outputCapacity)
    }

    var isFull: Bool { inputCount == Self.inputCapacity }

    /// Takes as much of `bytes` as there is room for.
    ///
    /// - Returns: how many bytes that are.
    mutating func fill(from bytes: Span<UInt8>) -> Int {
        let count = min(bytes.count, Self.inputCapacity - inputCount)
        unsafe input.withUnsafeMutableBytes { input in
            unsafe bytes.withUnsafeBytes { bytes in
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: input[inputCount...])
                unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
        }
        inputCount += count
        return count
    }

    /// Makes it ready for other input.
    mutating func reset() {
        inputCount = 0
        outputCount = 0
        key = nil
    }
}
