internal import Dockerfile
internal import FoundationEssentials
internal import HTTP

/// Where git finds a repository, apart from the user name and password that an HTTP address may have: those would end up
/// in the configuration of a repository that is kept, and in messages.
struct GitRemote: Sendable {
    /// The address for git.
    var address: String
    /// The value of `Authorization` for HTTP.
    var authorization: Secret?
    /// The addresses that `authorization` may be shown to begin with this.
    var scope: String

    /// The remote of an address, with what the secrets of the build hold for it.
    init(_ address: GitAddress, _ credentials: RemoteCredentials) throws(TransferError) {
        self.address = address.remote
        // A token of GitHub's is good for the submodules there too.
        let hosts = ["https://github.com/", "https://www.github.com/"]
        scope = hosts.first(where: address.remote.hasPrefix) ?? address.remote
        guard address.remote.hasPrefix("http") else { return }
        if let parts = URLComponents(string: address.remote, encodingInvalidCharacters: true), let user = parts.user {
            self.address = WebAddress.redacted(address.remote)
            authorization = Secret("Basic " + Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString())
            // Addresses of submodules that are relative mean the same server.
            var server = parts
            server.user = nil
            server.password = nil
            server.path = "/"
            scope = server.string ?? self.address
        }
        if let secret = try credentials.authorization(git: address) { authorization = secret }
    }
}
