import BuildGraph
import Dockerfile
import FileSystem
import SystemPackage

/// The directories that a build reads from, each walked when it is first used.
struct BuildContexts {
    private let request: BuildRequest
    /// The name and place of the Dockerfile, for an ignore file of its own.
    private let dockerfile: FilePath?
    private var trees: [ContextName: ContextTree] = [:]

    init(_ request: BuildRequest, dockerfile: FilePath?) {
        self.request = request
        self.dockerfile = dockerfile
    }

    /// The files of a context.
    ///
    /// Throws ``BuildError`` where there is no such context, or it or its ignore file cannot be read.
    mutating func tree(_ name: ContextName) throws -> ContextTree {
        if let tree = trees[name] { return tree }
        let root: FilePath
        switch name {
        case .main:
            guard let context = request.context else {
                throw BuildError(
                    .invalidContext, "there is no build context to copy from",
                    help: "give a directory instead of -")
            }
            root = context
        case .named(let text):
            guard case .directory(let directory)? = request.namedContexts[text] else {
                throw BuildError(.invalidContext, "the context '\(text)' is no directory")
            }
            root = directory
        }
        let tree = try ContextTree(walking: root, ignoring: try ignoreFile(of: name, root))
        trees[name] = tree
        return tree
    }

    /// The patterns of the main context; nil where there is no such context.
    func ignorePatterns() throws -> IgnorePatterns? {
        try request.context.map { try ignoreFile(of: .main, $0).patterns }
    }

    /// The patterns of `<Dockerfile>.dockerignore` for the main context, else of `.dockerignore` in its root.
    private func ignoreFile(of name: ContextName, _ root: FilePath) throws -> IgnoreFile {
        var candidates = [root.appending(".dockerignore")]
        if name == .main, let dockerfile {
            var own = dockerfile
            if let last = own.lastComponent { own.removeLastComponent(); own.append(last.string + ".dockerignore") }
            candidates.insert(own, at: 0)
        }
        for path in candidates {
            guard let bytes = try Self.read(path, limit: 1 << 20) else { continue }
            let file = path.lastComponent?.string ?? ""
            do {
                return IgnoreFile(name: file, patterns: try IgnorePatterns(file: bytes))
            } catch {
                throw BuildError(.invalidContext, "\(file):\(error.line): \(error.message)")
            }
        }
        return IgnoreFile(name: ".dockerignore", patterns: try IgnorePatterns([]))
    }

    /// The bytes of a file; nil if there is none.
    static func read(_ path: FilePath, limit: Int) throws -> [UInt8]? {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            defer { file.closeAfterReading() }
            return try file.readAll(limit: limit, path: path)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch Errno.notDirectory {
            return nil
        } catch {
            throw BuildError(.invalidContext, "cannot read \(path)", cause: error)
        }
    }
}
