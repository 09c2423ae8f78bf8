public import Dockerfile
import FileSystem
public import SystemPackage

/// Reads the text of the Dockerfile.
public enum DockerfileLoader {
    /// No Dockerfile that a person wrote is larger.
    private static let limit = 16 << 20

    /// The text with its name for messages, and where it stands if it is a file.
    ///
    /// Throws ``BuildError`` where there is none.
    public static func load(_ request: BuildRequest) throws -> (file: SourceFile, path: FilePath?) {
        switch request.dockerfile {
        case .text(let bytes, let name):
            return (SourceFile(name: name, bytes: bytes), nil)
        case .file(let path):
            guard let bytes = try read(path) else {
                throw BuildError(
                    .invalidDockerfile, "failed to read dockerfile: open \(path): no such file or directory",
                    help: "name the Dockerfile with -f PATH")
            }
            return (SourceFile(name: displayName(path, request.context), bytes: bytes), path)
        case .contextDefault:
            guard let context = request.context else {
                throw BuildError(.invalidContext, "there is no context and no Dockerfile")
            }
            guard try isDirectory(context) else {
                throw BuildError(
                    .invalidContext, "unable to prepare context: path \"\(context)\" not found or not a directory",
                    help: "the last argument is the directory to build from")
            }
            for name in ["Dockerfile", "dockerfile"] {
                let path = context.appending(name)
                if let bytes = try read(path) { return (SourceFile(name: name, bytes: bytes), path) }
            }
            throw BuildError(
                .invalidDockerfile, "failed to read dockerfile: open Dockerfile: no such file or directory",
                help: "there is no Dockerfile in \(context); name it with -f PATH")
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
