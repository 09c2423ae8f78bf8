internal import OCI

/// Where a request goes: a registry, and an image's name there.
struct RegistryPlace: Sendable {
    let session: RegistrySession
    let reference: ImageReference
    let isMirror: Bool
}
