/// The keys of annotations that tools agree upon.
enum Annotation {
    /// A tag (OCI image specification, annotations.md).
    static let referenceName = "org.opencontainers.image.ref.name"
    /// When the image was made, RFC 3339 (OCI image specification, annotations.md).
    static let created = "org.opencontainers.image.created"
    /// A full name; containerd's and docker's.
    static let imageName = "io.containerd.image.name"
}
