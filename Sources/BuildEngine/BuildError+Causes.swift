import BuildGraph
import ContentStore
import Dockerfile
import FileSystem
import LayerStore
import Registry

extension BuildError {
    /// An error of any module as an error of a build of a Dockerfile; those that are none of a build's stay as they are.
    static func describing(_ error: any Error, in source: SourceFile?) -> any Error {
        switch error {
        case let error as DockerfileError: return BuildError(error, in: source)
        case let error as BaseImageError: return BuildError(error, in: source)
        case var error as BuildError:
            error.source = error.source ?? source
            return error
        case is StoreError, is LayerStoreError, is FileSystemError: return BuildError(.storeFailed, "\(error)")
        default: return error
        }
    }

    /// What is wrong with a Dockerfile. What stands in no file is an option's fault.
    init(_ error: DockerfileError, in source: SourceFile?) {
        let diagnostic = error.diagnostic
        self.init(
            diagnostic.range == nil ? .invalidOption : .invalidDockerfile, diagnostic.message, range: diagnostic.range,
            source: diagnostic.source ?? source, help: diagnostic.help)
    }

    /// A base image that cannot be had.
    init(_ error: BaseImageError, in source: SourceFile?) {
        var help = "give it with --build-context \(error.name)=oci-layout://PATH, load it, or check the name"
        if let suggestion = error.suggestion { help = "did you mean the stage \"\(suggestion)\"? Otherwise " + help }
        // An error of a build says itself what to do.
        let own = error.cause as? BuildError
        help = own?.help ?? help
        self.init(
            own?.code ?? .imageUnavailable, "cannot get the image \(error.name): \(error.cause)", range: error.range,
            source: source,
            help: help)
    }
}
