import OCI
import Testing

@testable import BuildEngine

@Suite struct AttestationTests {
    private let image = Descriptor(
        mediaType: .ociManifest, digest: .sha256(of: "image"), size: 5,
        platform: Platform(os: "linux", architecture: "arm64"))
    private let claims = [
        Attestation(predicateType: "https://example.com/a", predicate: ["x": 1], fileName: "a.json"),
        Attestation(predicateType: "https://example.com/b", predicate: ["y": [1, 2]], fileName: "b.json"),
    ]

    /// The members are those of a manifest that BuildKit made with `oci-artifact=false`.
    @Test func manifestOfAnImage() throws {
        let attached = AttestationManifest(
            claims, about: image, names: [try ImageReference(parsing: "shop:1")], form: .image)
        let manifest = try ImageManifest(parsing: attached.manifest)
        #expect(manifest.configuration.mediaType == .ociConfiguration)
        #expect(manifest.configuration.digest == Digest.sha256(of: attached.blobs[0]))
        #expect(manifest.artifactType == nil && manifest.subject == nil)
        #expect(manifest.layers.map(\.mediaType) == [.inToto, .inToto])
        #expect(manifest.layers.map(\.digest) == attached.blobs.dropFirst().map { Digest.sha256(of: $0) })
        #expect(
            manifest.layers.map(\.annotations) == [
                ["in-toto.io/predicate-type": "https://example.com/a"],
                ["in-toto.io/predicate-type": "https://example.com/b"],
            ])
        let configuration = try JSONValue(parsing: attached.blobs[0])
        #expect(configuration["architecture"] == "unknown" && configuration["os"] == "unknown")
        #expect(configuration["rootfs"]?["diff_ids"] == .strings(manifest.layers.map(\.digest.description)))
        #expect(attached.descriptor.digest == Digest.sha256(of: attached.manifest))
        #expect(attached.descriptor.platform?.description == "unknown/unknown")
        #expect(
            attached.descriptor.annotations == [
                "vnd.docker.reference.digest": image.digest.description,
                "vnd.docker.reference.type": "attestation-manifest",
            ])
        #expect(attached.descriptor.isAttestation)
    }

    /// The members are those of a manifest that BuildKit made with `oci-artifact=true`.
    @Test func manifestOfAnArtifact() throws {
        let attached = AttestationManifest(claims, about: image, names: [], form: .artifact)
        let manifest = try ImageManifest(parsing: attached.manifest)
        #expect(manifest.artifactType?.rawValue == "application/vnd.docker.attestation.manifest.v1+json")
        #expect(manifest.configuration.mediaType == .ociEmpty)
        #expect(attached.blobs[0] == Array("{}".utf8))
        #expect(
            manifest.subject == Descriptor(mediaType: image.mediaType, digest: image.digest, size: image.size))
    }

    @Test(
        arguments: [
            (
                ["shop:1", "localhost:5000/x"],
                [
                    "pkg:docker/shop@1?platform=linux%2Farm64",
                    "pkg:docker/localhost%3A5000/x@latest?platform=linux%2Farm64",
                ]
            ),
            ([], ["_"]),
        ] as [([String], [String])])
    func statements(names: [String], expected: [String]) throws {
        let attached = AttestationManifest(
            claims, about: image, names: try names.map { try ImageReference(parsing: $0) }, form: .image)
        let statement = try JSONValue(parsing: attached.blobs[1])
        #expect(statement["_type"] == "https://in-toto.io/Statement/v1")
        #expect(statement["predicateType"] == "https://example.com/a")
        #expect(statement["predicate"] == ["x": 1])
        let subjects = try #require(statement["subject"]?.arrayValue)
        #expect(subjects.map { $0["name"] } == expected.map { .string($0) })
        #expect(subjects.allSatisfy { $0["digest"] == ["sha256": .string(image.digest.hex)] })
    }
}

@Suite struct ImageAnnotationsTests {
    private static let amd64 = Platform(os: "linux", architecture: "amd64")
    private static let arm64 = Platform(os: "linux", architecture: "arm64")
    private let annotations = ImageAnnotations([
        .init(place: .manifest, platform: amd64, key: "a", value: "mine"),
        .init(place: .manifest, key: "a", value: "all"), .init(place: .manifest, key: "b", value: "1"),
        .init(place: .manifest, key: "b", value: "2"), .init(place: .index, key: "i", value: "index"),
        .init(place: .indexDescriptor, key: "d", value: "entry"),
        .init(place: .manifestDescriptor, platform: arm64, key: "m", value: "arm"),
    ])

    @Test func whatGoesWhere() {
        #expect(annotations.values(in: .manifest, for: Self.amd64) == ["a": "mine", "b": "2"])
        #expect(annotations.values(in: .manifest, for: Self.arm64) == ["a": "all", "b": "2"])
        #expect(annotations.values(in: .manifestDescriptor, for: Self.arm64) == ["m": "arm"])
        #expect(annotations.values(in: .manifestDescriptor, for: Self.amd64) == [:])
        #expect(annotations.values(in: .index) == ["i": "index"])
        #expect(annotations.values(in: .indexDescriptor) == ["d": "entry"])
    }

    @Test func whatHasNoPlaceIsRefused() throws {
        try annotations.check(platforms: [Self.amd64, Self.arm64], hasIndex: true)
        let platform = try #require(throws: BuildError.self) {
            try annotations.check(platforms: [Self.amd64], hasIndex: true)
        }
        #expect(platform.message.contains("no platform linux/arm64"))
        let index = try #require(throws: BuildError.self) {
            try annotations.check(platforms: [Self.amd64, Self.arm64], hasIndex: false)
        }
        #expect(index.message.contains("index annotations not supported for single platform export"))
        #expect(index.code.isUsage)
    }
}
