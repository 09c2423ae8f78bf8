import FoundationEssentials
import SystemPackage

/// An OCI archive, opened by other means than Slipway's: GNU tar takes it apart, Foundation reads the JSON.
struct Image: Sendable {
    /// The layout that was in the archive.
    var layout: FilePath
    var index: Index
    var manifestDigest: String
    var manifest: Manifest
    var configuration: Configuration

    struct Descriptor: Decodable, Sendable {
        var mediaType: String
        var digest: String
        var size: Int
        var annotations: [String: String]?
    }

    struct Index: Decodable, Sendable { var manifests: [Descriptor] }

    struct Manifest: Decodable, Sendable {
        var config: Descriptor
        var layers: [Descriptor]
    }

    struct Configuration: Decodable, Sendable {
        struct Settings: Decodable, Sendable {
            var User: String?
            var Env: [String]?
            var Entrypoint: [String]?
            var Cmd: [String]?
            var WorkingDir: String?
            var Labels: [String: String]?
            var ExposedPorts: [String: [String: String]]?
            var Volumes: [String: [String: String]]?
            var StopSignal: String?
            var Shell: [String]?
            var OnBuild: [String]?
            var Healthcheck: Health?
        }

        struct Health: Decodable, Sendable { var Test: [String]? }

        struct RootFileSystem: Decodable, Sendable { var diff_ids: [String] }

        struct Step: Decodable, Sendable {
            var created_by: String?
            var empty_layer: Bool?
        }

        var architecture: String
        var os: String
        var created: String?
        var config: Settings
        var rootfs: RootFileSystem
        var history: [Step]
    }

    init(archive: FilePath, directory: FilePath) async throws {
        try File.directory(directory)
        let outcome = try await Command(
            program: "tar", arguments: ["-xf", archive.string, "-C", directory.string]
        ).run()
        guard outcome.status == 0 else { throw TestFailure("GNU tar does not accept it: \(outcome.transcript)") }
        layout = directory
        index = try Image.decode(Index.self, directory.appending("index.json"))
        guard index.manifests.count == 1, let descriptor = index.manifests.first else {
            throw TestFailure("the index has \(index.manifests.count) manifests")
        }
        manifestDigest = descriptor.digest
        manifest = try Image.decode(Manifest.self, Image.blob(directory, descriptor.digest))
        configuration = try Image.decode(Configuration.self, Image.blob(directory, manifest.config.digest))
    }

    static func blob(_ layout: FilePath, _ digest: String) -> FilePath {
        layout.appending("blobs").appending(digest.replacing(":", with: "/"))
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ path: FilePath) throws -> Value {
        try JSONDecoder().decode(type, from: File.data(path))
    }

    /// What GNU tar lists of a layer, one entry a line: `-rw-r--r-- 0/0 12 2023-11-14 22:13 path`; -1 is the last layer.
    func entries(layer number: Int) async throws -> [String] {
        let place = number < 0 ? manifest.layers.count + number : number
        guard manifest.layers.indices.contains(place) else { throw TestFailure("no layer \(number)") }
        let file = Image.blob(layout, manifest.layers[place].digest)
        let outcome = try await Command(
            program: "tar", arguments: ["--numeric-owner", "--utc", "-tvf", file.string]
        ).run()
        guard outcome.status == 0 else { throw TestFailure("GNU tar cannot list a layer: \(outcome.transcript)") }
        return outcome.text.split(separator: "\n").map(String.init)
    }

    /// The text of a file in a layer; nil when the layer has none of that name.
    func text(of path: String, layer number: Int) async throws -> String? {
        let place = number < 0 ? manifest.layers.count + number : number
        let file = Image.blob(layout, manifest.layers[place].digest)
        let outcome = try await Command(program: "tar", arguments: ["-xOf", file.string, path]).run()
        return outcome.status == 0 ? outcome.text : nil
    }

    /// Whether the bytes of the text are anywhere in the image: configuration, manifest or any layer.
    func contains(_ text: String) async throws -> Bool {
        let script = """
            for blob in "$1"/blobs/sha256/*; do
                if gzip -cdf "$blob" | grep -qaF -- "$2"; then exit 0; fi
            done
            exit 1
            """
        return try await Command(program: "sh", arguments: ["-c", script, "sh", layout.string, text]).run().status == 0
    }
}
