import ContentStore
import Registry
import Transfer

extension CommandContext {
    /// Moves images, with progress under the title `name`.
    func transfer<Result: Sendable>(
        _ name: String, _ mode: ProgressMode,
        _ body: (ImageTransfer, ContentStore, RegistryClient) async throws -> Result
    ) async throws -> Result {
        let store = try ContentStore.open(root: root, access: .readWrite, limits: limits)
        let presenter = ProgressPresenter(
            mode.renderer(title: name, palette: palette, explains: false), output: standardError, now: now)
        let progress = TransferProgress(sink: presenter)
        let result = try await RegistryClient.use(environment: environment) { client in
            let transfer = ImageTransfer(store: store, client: client) { progress.report($0) }
            return try await presenter.present {
                try await progress.show(name) { try await body(transfer, store, client) }
            }
        }
        try store.close()
        return result
    }
}

extension RegistryClient {
    /// Lends a client that is configured as the environment says.
    static func use<Result: Sendable>(
        environment: [String: String], _ body: (RegistryClient) async throws -> Result
    ) async throws -> Result {
        let client = RegistryClient(try RegistryConfiguration(environment: environment))
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
