/// What a process of a build may ask of the user's ssh agent: which keys there are, and for signatures. Not to add, remove
/// or lock keys, which are the user's (draft-ietf-sshm-ssh-agent, sections 3 and 6).
enum AgentRequest {
    /// Longer messages are not taken: OpenSSH's agent has the same limit.
    static let largestMessage = 256 << 10
    /// A whole message that says no.
    static let refusal: [UInt8] = [0, 0, 0, 1, 5]

    private static let identities: UInt8 = 11
    private static let signature: UInt8 = 13

    /// The length that the four bytes before a message give; nil for one that is empty or too long.
    static func length(_ header: [UInt8]) -> Int? {
        let length = header.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        return header.count == 4 && (1...largestMessage).contains(length) ? length : nil
    }

    /// Whether a message, without its length, may be passed on.
    static func isAllowed(_ message: [UInt8]) -> Bool {
        message.first == identities || message.first == signature
    }
}
