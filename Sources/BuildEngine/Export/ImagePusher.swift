import ContentStore
import HTTP
import OCI
import Registry

/// Brings what a build made to registries.
struct ImagePusher {
    let registry: RegistryClient
    let store: ContentStore
    let provider: LayerProvider
    let progress: Progress

    /// Pushes an image of the store, of which layers of base images may still be at their registry: what the target has
    /// already, or can mount, is not fetched.
    ///
    /// - Parameter names: with tags; or by the image's digest.
    func push(_ image: Descriptor, as names: [ImageReference]) async throws {
        let content = PushContent(store) { [provider] blob throws(RegistryError) in
            do {
                if try await provider.fetch(blob: blob) { return }
            } catch let error as RegistryError {
                throw error
            } catch {
                throw RegistryError(.store, "\(error)", cause: error)
            }
            throw RegistryError(.store, "the blob \(blob.digest) is not in the store any more")
        }
        for name in names {
            try await progress.transferStep("pushing \(name.canonicalName)") { report in
                let reports = try await registry.push(image, as: [name], from: content) { event in
                    switch event {
                    case .sending(let blob, let sent):
                        if sent < blob.size { report(blob.digest.short, sent, blob.size) }
                    case .sent(let blob): report(blob.digest.short, blob.size, blob.size)
                    case .spared(let blob, let isMounted):
                        report(blob.digest.short + (isMounted ? " mounted" : " exists already"), blob.size, blob.size)
                    }
                }
                for done in reports {
                    try store.recordRepository(name, of: done.uploaded + done.mounted + done.present)
                }
            }
        }
    }
}
