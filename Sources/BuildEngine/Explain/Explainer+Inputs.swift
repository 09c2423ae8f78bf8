import BuildGraph
import Dockerfile
import FileSystem
import OCI
import Remote

/// The inputs of an operation with a way to the files of each selection that can be had.
struct NamedInputs {
    var inputs: StepInputs
    var lists: [String: SelectedFiles] = [:]
}

/// The list of files of a selection, made when it is first wanted.
final class SelectedFiles {
    private let make: () throws -> FileList?
    private var made: FileList??

    init(_ make: @escaping () throws -> FileList?) {
        self.make = make
    }

    /// The list; nil where the content of a file is not known.
    func list() throws -> FileList? {
        if let made { return made }
        let list = try make()
        made = list
        return list
    }
}

extension Explainer {
    /// The inputs of an operation. Without `used` what comes from other operations is known by their definition keys only.
    func inputs(of operation: Operation, _ used: UsedInputs?, over layers: [Digest]?) -> NamedInputs {
        var now = NamedInputs(inputs: StepInputs(operation, timestamps: keys.operationKeys.timestamps))
        if let base = operation.base {
            var input = input(of: base)
            if let layers {
                var hasher = KeyHasher("stack/1")
                hasher.add(layers)
                input.content = hasher.finish().hex
            }
            now.inputs.base = input
        }
        switch operation.kind {
        case .scratch, .image, .makeDirectory: break
        case .copy(let copy):
            for (index, source) in copy.sources.enumerated() {
                add(
                    source, labelled: source.parentsPattern ?? source.path, place: nil, copy, index,
                    operation, used, to: &now)
            }
        case .run(let run):
            for (index, mount) in run.mounts.enumerated() {
                guard case .bind(let origin, let path, _) = mount.kind else { continue }
                add(
                    CopyOperation.Source(origin: origin, path: escapedPattern(path)), labelled: mount.target,
                    place: "mounted at \(mount.target)", nil, index, operation, used, to: &now)
            }
        }
        return now
    }

    private func add(
        _ source: CopyOperation.Source, labelled label: String, place: String?, _ copy: CopyOperation?, _ index: Int,
        _ operation: Operation, _ used: UsedInputs?, to now: inout NamedInputs
    ) {
        let outside = keys.outside(operation.id)[index]
        var input: StepInputs.Input
        switch source.origin {
        case .context(let name):
            input = StepInputs.Input(kind: .context, name: name.title, label: label, place: name.filePlace)
            input.content = outside.hex
            if let selection = keys.selection(outside) {
                input.selection = selection.description
                now.lists[selection.description] = SelectedFiles { [self] in
                    try list(source, of: copy, in: name, selection: selection)
                }
            }
        case .operation(let id):
            input = self.input(of: id)
            input.label = label
            input.content = used?.contents[index]?.hex
            if let digest = used?.contents[index], let (selection, digests) = used?.selections[index] {
                input.selection = digest.description
                now.lists[digest.description] = SelectedFiles { FileList(selection, digests: digests) }
            }
        case .inline(let file):
            input = StepInputs.Input(kind: .inline, name: file.name, label: label)
            input.content = outside.hex
        case .remoteFile(let url, _):
            input = StepInputs.Input(kind: .remote, name: WebAddress.redacted(url), label: label)
            input.content = outside.hex
            input.identity = remotes.identity(of: source.origin)
        case .git(let address):
            input = StepInputs.Input(kind: .remote, name: address.redacted, label: label)
            input.content = outside.hex
            input.identity = remotes.identity(of: source.origin)
        }
        // Files of a stage are told apart by the stage: what is different about them a step of it made.
        if input.kind == .context { input.place = place ?? input.place }
        now.inputs.sources.append(input)
    }

    /// Another operation as an input.
    private func input(of id: OperationID) -> StepInputs.Input {
        let operation = graph[id]
        var input: StepInputs.Input
        switch operation.kind {
        case .scratch: input = StepInputs.Input(kind: .scratch, name: "scratch", label: "")
        case .image(_, let image):
            // As FROM names it.
            let name = String(operation.instruction.dropFirst("FROM ".count))
            input = StepInputs.Input(kind: .image, name: name, label: "", place: "image \(name)")
            input.identity = image.descriptor.digest.description
        case .run, .copy, .makeDirectory:
            input = StepInputs.Input(
                kind: .step, name: operation.name, label: "", place: StepReason.stagePrefix + operation.stage)
            input.identity = keys.definition(id).description
        }
        input.operation = id
        return input
    }
}

extension ContextName {
    /// Empty for the main context.
    fileprivate var title: String {
        switch self {
        case .main: ""
        case .named(let name): name
        }
    }

    /// Where its files are, as explanations say it; nil for the main context.
    fileprivate var filePlace: String? {
        switch self {
        case .main: nil
        case .named(let name): "context \"\(name)\""
        }
    }
}

extension RemoteSources {
    /// What is at an address, for people: the digest of a file with its time, or a commit.
    fileprivate func identity(of origin: FileOrigin) -> String {
        switch contents[origin] {
        case .file(let file):
            file.digest.description + (file.lastModified.map { " of \(Epoch.rfc3339($0.wholeSeconds))" } ?? "")
        case .revision(let revision): revision.commit
        case nil: ""
        }
    }
}
