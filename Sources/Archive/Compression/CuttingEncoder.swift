/// Hands a tar to a ``MemberEncoder`` and ends members where ``MemberCutter`` says.
final class CuttingEncoder: StreamEncoder {
    let members: MemberEncoder
    private var cutter = MemberCutter()
    /// The beginning of a block whose rest has not come yet.
    private var pending: [UInt8] = []

    init(_ members: MemberEncoder) {
        self.members = members
        pending.reserveCapacity(MemberCutter.blockSize)
    }

    func write(_ bytes: Span<UInt8>) throws {
        var start = 0
        if !pending.isEmpty {
            start = min(bytes.count, MemberCutter.blockSize - pending.count)
            unsafe bytes.extracting(..<start).withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
            guard pending.count == MemberCutter.blockSize else { return }
            let block = pending
            pending.removeAll(keepingCapacity: true)
            if cutter.cutsBefore(block.span) { try members.flushMember() }
            try members.write(block.span)
        }
        // What has been looked at and belongs to the same member.
        var run = start
        while bytes.count - start >= MemberCutter.blockSize {
            if cutter.cutsBefore(bytes.extracting(start..<start + MemberCutter.blockSize)) {
                if run < start { try members.write(bytes.extracting(run..<start)) }
                run = start
                try members.flushMember()
            }
            start += MemberCutter.blockSize
        }
        if run < start { try members.write(bytes.extracting(run..<start)) }
        unsafe bytes.extracting(start...).withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
    }

    func finish() throws {
        let rest = pending
        if !rest.isEmpty { try members.write(rest.span) }
        try members.finish()
    }
}
