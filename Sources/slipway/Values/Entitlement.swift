/// One `--allow`: what a `RUN` may ask for beyond a sandbox.
enum Entitlement: String, CaseIterable, Sendable {
    case networkHost = "network.host"
    case securityInsecure = "security.insecure"

    init(parsing text: String) throws(CommandLineError) {
        if let known = Self(rawValue: text) {
            self = known
            return
        }
        let known = Self.allCases.map(\.rawValue).joined(separator: " and ")
        let name = text.splitOnce("=").before
        guard ["fs", "fs.read", "fs.write", "ssh", "device"].contains(name) else {
            throw CommandLineError("--allow: invalid entitlement \"\(text)\"", help: "known are \(known)")
        }
        throw CommandLineError(
            "--allow: \"\(text)\" means nothing here",
            help: name == "device"
                ? "RUN --device is not supported; allowed can be \(known)"
                : "files and agents on the command line may be used without it; remove it")
    }
}
