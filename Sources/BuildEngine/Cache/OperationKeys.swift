import BuildGraph
import Dockerfile
import OCI

/// The two keys under which the result of an operation is remembered.
///
/// The definition key says what the operation is and, by their own definition keys, what its inputs are; it is known
/// before anything runs. The content key says what the operation really uses: the layers below it and the digests of the
/// files it takes. An operation whose inputs were made anew with the same content is found by the second.
struct OperationKeys {
    /// What becomes of late times in layers: one that has them as they were is another than one that has not.
    let timestamps: BuildRequest.Timestamps

    /// The digest of what an operation is, without its inputs.
    private func definition(_ operation: Operation) -> KeyHasher {
        var hasher = KeyHasher("operation/3")
        hasher.add(operation.platform.description)
        if timestamps != .clamp { hasher.add(timestamps.rawValue) }
        switch operation.kind {
        case .scratch:
            hasher.add("scratch")
        case .image(_, let image):
            hasher.add("image")
            hasher.add(image.configuration.diffIDs)
        case .makeDirectory(let directory):
            hasher.add("mkdir")
            hasher.add(directory.path)
            hasher.add(directory.owner)
        case .copy(let copy):
            hasher.add("copy")
            add(copy, to: &hasher)
        case .run(let run):
            hasher.add("run")
            add(run, to: &hasher)
        }
        return hasher
    }

    private func add(_ copy: CopyOperation, to hasher: inout KeyHasher) {
        hasher.add(copy.destination)
        hasher.add(optional: copy.owner)
        hasher.add(optional: copy.modeText)
        hasher.add(copy.isLinked)
        hasher.add(copy.sources.count)
    }

    private func add(_ run: RunOperation, to hasher: inout KeyHasher) {
        hasher.add(run.arguments)
        hasher.add(run.environment.assignments)
        hasher.add(run.workingDirectory)
        hasher.add(run.user)
        hasher.add(run.network.rawValue)
        hasher.add(run.security.rawValue)
        hasher.add(run.script?.content ?? [])
        hasher.add(run.mounts.count)
        for mount in run.mounts {
            hasher.add(mount.target)
            switch mount.kind {
            case .bind(_, let path, let readOnly):
                hasher.add("bind")
                hasher.add(path)
                hasher.add(readOnly)
            case .cache(let cache):
                hasher.add("cache")
                // Which directory it is makes no difference to a step that works with an empty one as well.
                for number in [cache.mode.map(UInt32.init), cache.uid, cache.gid] {
                    hasher.add(optional: number.map { "\($0)" })
                }
                hasher.add(cache.readOnly)
            case .tmpfs(let size, let readOnly):
                hasher.add("tmpfs")
                hasher.add(size ?? 0)
                hasher.add(readOnly)
            case .secret(let id, let isFile, let variable, _, let mode, let uid, let gid):
                hasher.add("secret")
                hasher.add([id, variable ?? ""])
                hasher.add(isFile)
                hasher.add(mode)
                hasher.add(uid)
                hasher.add(gid)
            case .ssh(let id, _, let mode, let uid, let gid):
                hasher.add("ssh")
                hasher.add(id)
                hasher.add(mode)
                hasher.add(uid)
                hasher.add(gid)
            }
        }
    }

    /// The definition key. `sources` are the digests of what the operation takes from contexts and other places outside
    /// the graph, `inputs` the definition keys of its inputs.
    func definitionKey(_ operation: Operation, base: Digest?, sources: [Digest]) -> Digest {
        var hasher = definition(operation)
        hasher.add("definition")
        hasher.add(optional: base?.description)
        hasher.add(sources)
        return hasher.finish()
    }

    /// The content key. `layers` are those of the base, `sources` the digests of the files that are really used.
    func contentKey(_ operation: Operation, layers: [Digest], sources: [Digest]) -> Digest {
        var hasher = definition(operation)
        hasher.add("content")
        hasher.add(layers)
        hasher.add(sources)
        return hasher.finish()
    }
}
