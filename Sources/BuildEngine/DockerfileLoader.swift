import Dockerfile
import FileSystem
import SystemPackage

/// Reads the text of the Dockerfile.
enum DockerfileLoader {
    /// No Dockerfile that a person wrote is larger.
    private static let limit = 16 << 20

    /// The text with its name for messages, and where it stands if it is a file. `context` is where the files of the
    /// main context are.
    ///
    /// Throws ``BuildError`` where there is none.
    static func load(_ request: BuildRequest, context: ContextDirectory?) throws -> (file: SourceFile, path: FilePath?)
    {
        switch request.dockerfile {
        case .text(let bytes, let name):
            return (SourceFile(name: name, bytes: bytes), nil)
        case .file(let path):
            guard let bytes = try read(path) else {
                throw BuildError(
                    .invalidDockerfile, "failed to read dockerfile: open \(path): no such file or directory",
                    help: "name the Dockerfile with -f PATH")
            }
            return (SourceFile(name: displayName(path, context?.path), bytes: bytes), path)
        case .contextFile(let relative):
            let root = try directory(context)
            guard let bytes = try read(relative, in: root) else {
                throw BuildError(
                    .invalidDockerfile, "failed to read dockerfile: open \(relative): no such file or directory",
                    help: "-f names a file of the context; an absolute path, one of this machine")
            }
            return (SourceFile(name: relative.string, bytes: bytes), root.path.pushing(relative))
        case .contextDefault:
            let root = try directory(context)
            for name in root.onlyFile.map({ [$0] }) ?? ["Dockerfile", "dockerfile"] {
                if let bytes = try read(FilePath(name), in: root) {
                    return (SourceFile(name: name, bytes: bytes), root.path.appending(name))
                }
            }
            let place = root.isFetched ? "the context" : root.path.string
            throw BuildError(
                .invalidDockerfile, "failed to read dockerfile: open Dockerfile: no such file or directory",
                help: "there is no Dockerfile in \(place); name it with -f PATH")
        }
    }

    private static func directory(_ context: ContextDirectory?) throws -> ContextDirectory {
        guard let context else { throw BuildError(.invalidContext, "there is no context and no Dockerfile") }
        guard try isDirectory(context.path) else {
            throw BuildError(
                .invalidContext, "unable to prepare context: path \"\(context.path)\" not found or not a directory",
                help: "the last argument is the directory to build from")
        }
        return context
    }

    /// The bytes of a file of a context. In one that was fetched no link leads out of it.
    private static func read(_ relative: FilePath, in context: ContextDirectory) throws -> [UInt8]? {
        guard context.isFetched else { return try read(context.path.pushing(relative)) }
        do {
            let file = try DirectoryHandle(context.path).openFileInRoot(FilePath(root: nil, relative.components))
            defer { file.closeAfterReading() }
            return try file.readAll(limit: limit, path: relative)
        } catch let error where error.isNotFound {
            return nil
        } catch {
            throw BuildError(.invalidDockerfile, "failed to read dockerfile", cause: error)
        }
    }

    private static func read(_ path: FilePath) throws -> [UInt8]? {
        do {
            return try BuildContexts.read(path, limit: limit)
        } catch let error as BuildError {
            throw BuildError(.invalidDockerfile, "failed to read dockerfile", cause: error.cause ?? error)
        }
    }

    private static func isDirectory(_ path: FilePath) throws -> Bool {
        do {
            _ = try DirectoryHandle(path)
            return true
        } catch let error where error.isNotFound {
            return false
        }
    }

    /// The path below the context, or the last component of one elsewhere.
    private static func displayName(_ path: FilePath, _ context: FilePath?) -> String {
        if let context, path.starts(with: context) {
            let relative = FilePath(root: nil, path.components.dropFirst(context.components.count))
            if !relative.isEmpty { return relative.string }
        }
        return path.lastComponent?.string ?? path.string
    }
}
