import BuildEngine
import OCI
import Testing

@testable import slipway

@Suite struct AttestationFlagsTests {
    private func provenance(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> ProvenanceSettings? {
        let command = try #require(
            try Program.parse(["build"] + ArgumentNormalizer.normalize(arguments + ["."])) as? BuildCommand)
        return try AttestationFlags.settings(command.flags, environment: environment).provenance
    }

    private static func settings(_ change: (inout ProvenanceSettings) -> Void) -> ProvenanceSettings {
        var settings = ProvenanceSettings()
        change(&settings)
        return settings
    }

    @Test(
        arguments: [
            ([], nil), (["--provenance=false"], nil), (["--attest", "type=provenance,disabled=true"], nil),
            (["--provenance", "true"], settings { _ in }), (["--provenance=1"], settings { _ in }),
            (["--attest", "type=provenance"], settings { _ in }),
            (["--provenance=mode=min"], settings { $0.mode = .min }),
            (["--provenance=mode=full"], settings { $0.mode = .max }),
            (["--attest=type=provenance,mode=min,version=v0.2"], settings { ($0.mode, $0.version) = (.min, .v02) }),
            (
                ["--provenance", "builder-id=https://ci/1,reproducible=true,filename=p.json,inline-only=true"],
                settings {
                    ($0.builderID, $0.isReproducible) = ("https://ci/1", true)
                    ($0.fileName, $0.isInlineOnly) = ("p.json", true)
                }
            ),
            (["--provenance=complete-materials=1"], settings { $0.needsCompleteMaterials = true }),
            (["--provenance=mode=min", "--sbom=false"], settings { $0.mode = .min }),
        ] as [([String], ProvenanceSettings?)])
    func parsed(arguments: [String], expected: ProvenanceSettings?) throws {
        #expect(try provenance(arguments) == expected)
    }

    @Test(arguments: [
        (["--provenance=mode=huge"], "invalid mode"), (["--provenance=version=v2"], "SLSA version"),
        (["--attest", "mode=max"], "type not specified"), (["--attest", "type=vsa"], "unknown attestation type"),
        (["--provenance=true", "--attest=type=provenance"], "duplicate attestation field provenance"),
        (["--provenance=filename=a/b"], "filename=a/b"), (["--provenance=filename=.."], "filename"),
        (["--provenance=nonsense"], "key=value"), (["--provenance=capture-usage=true"], "capture-usage"),
        (["--attest", "type=provenance,disabled=maybe"], "true nor false"),
        (["--provenance=reproducible=maybe"], "true nor false"), (["--sbom=format=json"], "--sbom"),
        (["--sbom=generator=docker/scout-sbom-indexer"], "generator"),
    ])
    func refused(arguments: [String], reason: String) throws {
        let error = try #require(throws: CommandLineError.self) { try provenance(arguments) }
        #expect("\(error.message) \(error.help ?? "")".contains(reason), "\(error.message)")
    }

    @Test(arguments: [
        (["--sbom=true"], [SBOMSettings.Format.spdx]), (["--sbom=format=cyclonedx"], [.cycloneDX]),
        (["--attest=type=sbom,format=all"], [.spdx, .cycloneDX]), (["--sbom=false"], []), ([], []),
        (["--attest=type=sbom,disabled=true"], []),
    ])
    func bills(arguments: [String], formats: [SBOMSettings.Format]) throws {
        let command = try #require(
            try Program.parse(["build"] + ArgumentNormalizer.normalize(arguments + ["."])) as? BuildCommand)
        #expect(try AttestationFlags.settings(command.flags, environment: [:]).sbom?.formats ?? [] == formats)
    }

    @Test func whatIsToldOfTheRepository() throws {
        let environment = ["BUILDX_GIT_INFO": "false", "BUILDX_GIT_CHECK_DIRTY": "1"]
        let settings = try #require(try provenance(["--provenance=true"], environment: environment))
        #expect(!settings.tellsRepository && settings.marksChanges)
    }
}

@Suite struct AnnotationFlagTests {
    private static let arm64 = Platform(os: "linux", architecture: "arm64")

    @Test(
        arguments: [
            ("", []), ("a=b", [.init(place: .manifest, key: "a", value: "b")]),
            ("a=", [.init(place: .manifest, key: "a", value: "")]),
            ("manifest:a=b=c:d", [.init(place: .manifest, key: "a", value: "b=c:d")]),
            ("index:org.x/Y=1", [.init(place: .index, key: "org.x/Y", value: "1")]),
            (
                "manifest[linux/arm64],manifest-descriptor:k=v",
                [
                    .init(place: .manifest, platform: arm64, key: "k", value: "v"),
                    .init(place: .manifestDescriptor, key: "k", value: "v"),
                ]
            ),
            ("index-descriptor:k=v", [.init(place: .indexDescriptor, key: "k", value: "v")]),
        ] as [(String, [ImageAnnotations.Note])])
    func flag(text: String, expected: [ImageAnnotations.Note]) throws {
        #expect(try AnnotationFlag.parse(text) == expected)
    }

    @Test(
        arguments: [
            ("annotation.Key", .init(place: .manifest, key: "Key", value: "v")),
            ("annotation-index.a.b", .init(place: .index, key: "a.b", value: "v")),
            ("annotation-manifest-descriptor.k", .init(place: .manifestDescriptor, key: "k", value: "v")),
            ("annotation[linux/arm64].k", .init(place: .manifest, platform: arm64, key: "k", value: "v")),
            ("annotation-manifest[linux/arm64].k", .init(place: .manifest, platform: arm64, key: "k", value: "v")),
        ] as [(String, ImageAnnotations.Note)])
    func output(key: String, expected: ImageAnnotations.Note) throws {
        #expect(try OutputSpecification(parsing: "type=oci,dest=x,\(key)=v").annotations.notes == [expected])
    }

    @Test(arguments: ["a", "config:a=b", "manifest[linux/arm64:a=b", "manifest[x/y/z/w]:a=b", ",manifest:a=b", ":a=b"])
    func refused(text: String) {
        #expect(throws: CommandLineError.self) { try AnnotationFlag.parse(text) }
    }

    @Test(arguments: [
        "type=oci,dest=x,annotation=v", "type=oci,dest=x,annotation-config.k=v", "type=local,dest=x,annotation.k=v",
        "type=oci,dest=x,annotations.k=v", "type=tar,dest=x,annotation-index.k=v", "type=oci,dest=x,annotation.=v",
    ])
    func refusedInOutput(text: String) {
        #expect(throws: CommandLineError.self) { try OutputSpecification(parsing: text) }
    }
}
