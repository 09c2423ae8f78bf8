import HTTP
import OCI
import Testing

@testable import Registry

@Suite struct ManifestDocumentTests {
    static let descriptor =
        #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:"#
        + String(repeating: "0", count: 64) + #"","size":2}"#
    static let manifest = #"{"schemaVersion":2,"config":\#(descriptor),"layers":[]}"#
    static let index = #"{"schemaVersion":2,"manifests":[]}"#
    static let both = #"{"schemaVersion":2,"manifests":[],"config":\#(descriptor),"layers":[]}"#
    static let docker =
        #"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","#
        + #""config":\#(descriptor),"layers":[]}"#

    struct Example: Sendable {
        var json: String
        var contentType: String?
        var mediaType: MediaType?
        var code = RegistryError.Code.invalidResponse
    }

    @Test(arguments: [
        Example(json: manifest, contentType: MediaType.ociManifest.rawValue, mediaType: .ociManifest),
        Example(json: index, contentType: MediaType.ociIndex.rawValue + "; charset=utf-8", mediaType: .ociIndex),
        Example(json: index, contentType: MediaType.dockerManifestList.rawValue, mediaType: .dockerManifestList),
        Example(json: docker, contentType: "application/json", mediaType: .dockerManifest),
        Example(json: docker, mediaType: .dockerManifest),
        Example(json: manifest, contentType: "text/plain", mediaType: .ociManifest),
        Example(json: index, mediaType: .ociIndex),
        // CVE-2021-41190: a document that is one thing to one reader and another to the next.
        Example(json: docker, contentType: MediaType.ociManifest.rawValue),
        Example(json: both, contentType: MediaType.ociManifest.rawValue),
        Example(json: both, contentType: MediaType.ociIndex.rawValue),
        Example(json: manifest, contentType: MediaType.ociIndex.rawValue),
        Example(json: index, contentType: MediaType.ociManifest.rawValue),
        Example(json: #"{"schemaVersion":1}"#, code: .unsupported),
        Example(json: "{}"),
        Example(json: "<html>"),
        Example(json: ""),
        Example(json: String(repeating: "[", count: 100_000)),
    ])
    func judges(example: Example) throws {
        func judge() throws -> MediaType {
            try ManifestDocument.mediaType(
                of: Array(example.json.utf8), contentType: example.contentType, subject: "r.example/a:1")
        }
        if let expected = example.mediaType {
            #expect(try judge() == expected)
        } else {
            let error = #expect(throws: RegistryError.self) { _ = try judge() }
            #expect(error?.code == example.code)
        }
    }
}
