import BuildGraph
import Dockerfile
import OCI

/// Base images out of a table, so that planning is tested without a store or a network.
struct TableResolver: ImageResolver {
    struct Missing: Error, CustomStringConvertible {
        var name: String
        var description: String { "no image \(name)" }
    }

    var images: [String: ImageConfiguration] = [:]

    func resolve(_ source: ImageSource, platform: Platform) async throws -> BaseImage {
        guard case .reference(let reference) = source, let configuration = images[reference.familiarName] else {
            throw Missing(name: "\(source)")
        }
        let layer = Descriptor(mediaType: .ociLayerGzip, digest: Digest.sha256(of: "layer"), size: 5)
        let bytes = configuration.encoded()
        let manifest = ImageManifest(
            configuration: Descriptor(
                mediaType: .ociConfiguration, digest: Digest.sha256(of: bytes), size: Int64(bytes.count)),
            layers: [layer])
        return BaseImage(descriptor: manifest.descriptor(), manifest: manifest, configuration: configuration)
    }
}

/// An image with one layer and what a test wants in its configuration.
func image(_ change: (inout ContainerConfiguration) -> Void = { _ in }) -> ImageConfiguration {
    var configuration = ImageConfiguration(platform: Platform.host)
    configuration.diffIDs = [Digest.sha256(of: "layer")]
    configuration.history = [HistoryEntry(createdBy: "base")]
    change(&configuration.container)
    return configuration
}

/// The graph of a Dockerfile, with `base` and `golang` as images.
func plan(
    _ text: String, _ options: PlanOptions = PlanOptions(), images: [String: ImageConfiguration] = [:]
) async throws -> BuildGraph {
    let known = ["base:latest": image(), "golang:1.22": image { $0.environment = ["PATH=/go", "GOPATH=/g"] }]
    let dockerfile = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
    let resolver = TableResolver(images: known.merging(images) { $1 })
    return try await Planner(dockerfile: dockerfile, options: options, resolver: resolver).plan()
}

/// The message of the error that planning ends with.
func failure(_ text: String, _ options: PlanOptions = PlanOptions()) async -> (message: String, line: Int?)? {
    do {
        _ = try await plan(text, options)
        return nil
    } catch let error as DockerfileError {
        return (error.message, error.diagnostic.range?.start.line)
    } catch let error as BaseImageError {
        return (error.description, error.range?.start.line)
    } catch {
        return ("\(error)", nil)
    }
}

extension BuildGraph {
    /// What each operation is, without the numbers.
    var names: [String] {
        operations.map { operation in
            guard operation.name.hasPrefix("["), let end = operation.name.firstIndex(of: "]") else {
                return operation.name
            }
            return String(operation.name[operation.name.index(end, offsetBy: 2)...])
        }
    }

    /// The `RUN` whose command contains a text.
    func run(_ text: String) -> RunOperation? {
        for operation in operations {
            if case .run(let run) = operation.kind, run.arguments.contains(where: { $0.contains(text) }) { return run }
        }
        return nil
    }

    /// The copies, in order.
    var copies: [CopyOperation] {
        operations.compactMap { if case .copy(let copy) = $0.kind { copy } else { nil } }
    }

    /// What the history says that this Dockerfile did.
    var created: [String] { configuration.history.compactMap(\.createdBy).filter { $0 != "base" } }
}
