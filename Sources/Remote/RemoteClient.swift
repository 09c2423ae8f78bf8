public import ContentStore
public import HTTP
internal import Synchronization

/// Brings files from web addresses into the store, and git repositories into a directory.
///
///     let client = RemoteClient(store: store, configuration: configuration, environment: environment)
///     let file = try await client.download("https://host/file")       // a blob, and what was learnt of it
///     let revision = try await client.resolve(address)                // the commit that a reference names now
///     let checkout = try await client.checkOut(address, at: revision, into: directory)
///     await client.shutdown()
///
/// What is fetched is decided from what the server says, not from what an earlier build assumed: a file is asked for again
/// with the validators of the last answer (RFC 9110 section 13), a branch with `git ls-remote`. With a checksum there
/// is nothing to ask once the content is there.
///
/// Files come over `HTTPTransport` of the module HTTP, repositories by the program git (see ``GitCommand``, which keeps
/// the configuration of this machine, prompts and dangerous protocols away from it). Nothing that arrives is trusted:
/// content is hashed on its way into the store, sizes are bounded, and a subdirectory leads through no link.
public final class RemoteClient: Sendable {
    let store: ContentStore
    let transport: HTTPTransport
    let retries: RetryPolicy
    let environment: [String: String]

    /// The greatest file that is downloaded, in bytes: 64 GiB.
    public static let maximumFileSize: Int64 = 64 << 30

    /// A client that opens no connection before it is used. `environment` is the user's: proxies, `PATH` for git and ssh,
    /// `HOME` for the hosts that ssh knows.
    public init(store: ContentStore, configuration: HTTPConfiguration, environment: [String: String]) {
        self.store = store
        self.environment = environment
        transport = HTTPTransport(configuration: configuration)
        retries = configuration.retries
    }

    /// Closes all connections; downloads under way fail.
    public func shutdown() async { await transport.shutdown() }
}
