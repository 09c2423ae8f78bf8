import BuildGraph
import ContentStore
import Dockerfile
import Registry

extension BuildError {
    /// What is wrong with a Dockerfile. What stands in no file is an option's fault.
    init(_ error: DockerfileError, in source: SourceFile) {
        let diagnostic = error.diagnostic
        self.init(
            diagnostic.range == nil ? .invalidOption : .invalidDockerfile, diagnostic.message, range: diagnostic.range,
            source: diagnostic.source ?? source, help: diagnostic.help)
    }

    /// A base image that cannot be had.
    init(_ error: BaseImageError, in source: SourceFile) {
        var help = "give it with --build-context \(error.name)=oci-layout://PATH, load it, or check the name"
        if let suggestion = error.suggestion { help = "did you mean the stage \"\(suggestion)\"? Otherwise " + help }
        self.init(
            .imageUnavailable, "cannot get the image \(error.name): \(error.cause)", range: error.range, source: source,
            help: help)
    }
}
