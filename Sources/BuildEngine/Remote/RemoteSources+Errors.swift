import BuildGraph
import Dockerfile
import HTTP
import Remote

extension RemoteSources {
    /// Carries out `body`, and gives its errors the place in the Dockerfile and advice.
    func locating<Result>(
        _ range: SourceRange?, _ origin: FileOrigin, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch var error as BuildError {
            error.range = error.range ?? range
            throw error
        } catch let error as TransferError {
            if error.code == .canceled { throw CancellationError() }
            throw BuildError(.copyFailed, error.message, range: range, help: help(for: error, origin))
        }
    }

    private func help(for error: TransferError, _ origin: FileOrigin) -> String? {
        switch error.code {
        case .unauthorized, .denied:
            switch origin {
            case .remoteFile(let url, _):
                let host = WebAddress.host(of: url) ?? "HOST"
                return "give a token with --secret id=HTTP_AUTH_TOKEN_\(host),src=FILE, "
                    + "or the whole header with --secret id=HTTP_AUTH_HEADER_\(host),src=FILE"
            default:
                return "give a token with --secret id=GIT_AUTH_TOKEN,src=FILE, or for ssh an agent with --ssh default"
            }
        case .git:
            return "check the address; for a private repository give a token with --secret id=GIT_AUTH_TOKEN,src=FILE"
        case .notFound: return "check the address"
        case .digestMismatch: return "if the new content is what you want, change the checksum"
        case .unreachable, .connectionLost, .tls, .unavailable:
            return "check the address and the network, or download it first and COPY it from the build context"
        default: return nil
        }
    }
}
