/// Compresses one member after the other, each by itself.
protocol MemberCoder: AnyObject {
    /// The size of the output that has room for every member.
    var outputCapacity: Int { get }
    /// Fills in the member's output.
    func encode(_ member: inout Member)
    /// Whether `bytes` may be what this coder once made of the member's input.
    func accepts(_ bytes: [UInt8], for member: Member) -> Bool
}
