import BuildGraph
import Dockerfile
import OCI

extension BuildGraph {
    /// How messages name the place that files are taken from.
    func place(of origin: FileOrigin) -> String {
        switch origin {
        case .context(let name): name.place
        case .operation(let id): self[id].place
        case .git(let address): "in the repository \(address.redacted)"
        case .inline, .remoteFile: "in its source"
        }
    }
}

extension ContextName {
    var place: String {
        switch self {
        case .main: "in the build context"
        case .named(let name): "in the context \"\(name)\""
        }
    }
}

extension Operation {
    fileprivate var place: String {
        switch kind {
        case .image(.reference(let reference), _): "in the image \(reference.familiarName)"
        case .image(.layout(let path, _, _), _): "in the image \(path)"
        case .scratch, .run, .copy, .makeDirectory: "in the stage \"\(stage)\""
        }
    }
}
