import FileSystem
import Remote
import SystemPackage

extension RemoteCredentials {
    /// No secret that goes into a header is larger, in bytes.
    private static let secretLimit = 64 << 10

    /// The secrets and the ssh agent that a build was given.
    init(_ request: BuildRequest) {
        let secrets = request.secrets
        self.init(agent: request.agents["default"]) { id in
            switch secrets[id] {
            case .value(let value): return value
            case .file(let path):
                let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
                defer { file.closeAfterReading() }
                return try file.readAll(limit: Self.secretLimit, path: path)
            case nil: return nil
            }
        }
    }
}
