import BuildGraph
import OCI

/// How messages name the places that files are copied from.
extension ContextName {
    var place: String {
        switch self {
        case .main: "in the build context"
        case .named(let name): "in the context \"\(name)\""
        }
    }
}

extension Operation {
    var place: String {
        switch kind {
        case .image(.reference(let reference), _): "in the image \(reference.familiarName)"
        case .image(.layout(let path, _, _), _): "in the image \(path)"
        case .scratch, .run, .copy, .makeDirectory: "in the stage \"\(stage)\""
        }
    }
}
