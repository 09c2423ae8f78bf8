public import ContentStore
public import HTTP
public import OCI
public import SystemPackage

/// Where a push takes an image from. Bytes are asked for only when the registry has them not.
public struct PushContent: Sendable {
    /// Reads a manifest or index.
    let document: @Sendable (Descriptor) async throws(RegistryError) -> [UInt8]
    /// Gives a file with the bytes of a blob, which stays until the push is over.
    let file: @Sendable (Descriptor) async throws(RegistryError) -> FilePath
    /// The repositories of a registry in which a blob may be, most likely first.
    let repositories: @Sendable (_ blob: Digest, _ registry: String) -> [String]

    /// Content that is found by the given functions.
    public init(
        document: @escaping @Sendable (Descriptor) async throws(RegistryError) -> [UInt8],
        file: @escaping @Sendable (Descriptor) async throws(RegistryError) -> FilePath,
        repositories: @escaping @Sendable (_ blob: Digest, _ registry: String) -> [String] = { _, _ in [] }
    ) {
        self.document = document
        self.file = file
        self.repositories = repositories
    }

    /// The content of a store.
    ///
    /// - Parameter bring: brings a blob that is missing into the store, where it can be had; it throws where it cannot.
    public init(
        _ store: ContentStore,
        bring: @escaping @Sendable (Descriptor) async throws(RegistryError) -> Void
    ) {
        self.init { descriptor throws(RegistryError) in
            if !store.contains(descriptor.digest) { try await bring(descriptor) }
            return try RegistryClient.storing("\(descriptor.digest)") { () throws(StoreError) in
                try store.document(descriptor)
            }
        } file: { blob throws(RegistryError) in
            if try !RegistryClient.isPresent(blob, in: store) { try await bring(blob) }
            return store.path(of: blob.digest)
        } repositories: { digest, registry in
            // What is not known costs an upload where a mount would do, and nothing else.
            (try? store.repositories(of: digest, registry: registry)) ?? []
        }
    }
}
