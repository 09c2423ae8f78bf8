import ContentStore
import FileSystem
import Glibc
import HTTP
import LoopbackServer
import SystemPackage

@testable import Remote

/// A client that does not wait long, a store and a directory, all of them fresh.
final class Bench: Sendable {
    let directory: FilePath
    let store: ContentStore
    let client: RemoteClient

    init() throws {
        directory = FilePath("/tmp").appending("slipway-remote-\(UInt64.random(in: .min ... .max))")
        guard mkdir(directory.string, 0o700) == 0 else { throw Errno(rawValue: errno) }
        store = try ContentStore.open(root: directory.appending("store"))
        var configuration = HTTPConfiguration()
        configuration.retries = RetryPolicy(
            maximumAttempts: 3, baseDelay: .milliseconds(2), maximumDelay: .milliseconds(4),
            maximumRetryAfter: .seconds(2))
        configuration.connectTimeout = .seconds(60)
        configuration.readTimeout = .seconds(60)
        client = RemoteClient(
            store: store, configuration: configuration,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory.string])
    }

    deinit { try? removeTree(directory) }

    /// A new directory below this one.
    func makeDirectory(_ name: String) throws -> FilePath {
        try DirectoryHandle.makeTree(directory.appending(name)).path
    }

    func text(of file: RemoteFile) throws -> String { String(decoding: try store.read(file.digest), as: UTF8.self) }
}

extension TestServer {
    var url: String { "http://127.0.0.1:\(port)" }
}

/// The error that something ends with; nil where it succeeds.
func failure(_ body: () async throws(TransferError) -> Void) async -> TransferError? {
    do {
        try await body()
        return nil
    } catch { return error }
}
