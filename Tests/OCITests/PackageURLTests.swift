import OCI
import Testing

/// Expectations made by BuildKit's `purl.RefToPURL`.
@Suite struct PackageURLTests {
    private static let digest = "sha256:" + String(repeating: "1", count: 64)

    @Test(
        arguments: [
            ("alpine", nil, "pkg:docker/alpine@latest"),
            ("alpine:3.17", "linux/amd64", "pkg:docker/alpine@3.17?platform=linux%2Famd64"),
            ("bitnami/redis:7", "linux/arm/v7", "pkg:docker/bitnami/redis@7?platform=linux%2Farm%2Fv7"),
            ("ghcr.io/a/b/c:1_x", nil, "pkg:docker/ghcr.io/a/b/c@1_x"),
            ("localhost:5000/app", "linux/arm64/v8", "pkg:docker/localhost%3A5000/app@latest?platform=linux%2Farm64"),
            ("busybox@\(digest)", nil, "pkg:docker/busybox?digest=\(digest)"),
            ("busybox:1@\(digest)", "linux/386", "pkg:docker/busybox@1?digest=\(digest)&platform=linux%2F386"),
        ] as [(String, String?, String)])
    func spelling(name: String, platform: String?, expected: String) throws {
        let reference = try ImageReference(parsing: name)
        #expect(reference.packageURL(platform: try platform.map { try Platform(parsing: $0) }) == expected)
        #expect(
            reference.packageURL(.oci, platform: try platform.map { try Platform(parsing: $0) })
                == expected.replacing("pkg:docker", with: "pkg:oci", maxReplacements: 1))
    }
}
