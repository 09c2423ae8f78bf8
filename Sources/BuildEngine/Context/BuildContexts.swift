import BuildGraph
import Dockerfile
import FileSystem
import SystemPackage

/// The contexts that a build reads from, each brought to this machine and walked when it is first used.
struct BuildContexts {
    private let request: BuildRequest
    private let fetcher: ContextFetcher
    /// The name and place of the Dockerfile, for an ignore file of its own.
    private let dockerfile: FilePath?
    private var directories: [ContextName: ContextDirectory] = [:]
    private var trees: [ContextName: ContextTree] = [:]

    /// `main` is where the files of the main context are.
    init(_ request: BuildRequest, fetcher: ContextFetcher, main: ContextDirectory?, dockerfile: FilePath?) {
        self.request = request
        self.fetcher = fetcher
        self.dockerfile = dockerfile
        directories[.main] = main
    }

    /// The directory of a context.
    ///
    /// Throws ``BuildError`` where there is no such context, or it cannot be had.
    mutating func directory(_ name: ContextName) async throws -> ContextDirectory {
        if let directory = directories[name] { return directory }
        guard case .named(let text) = name else {
            throw BuildError(
                .invalidContext, "there is no build context to copy from", help: "give a directory instead of -")
        }
        guard case .files(let source)? = request.namedContexts[text] else {
            throw BuildError(.invalidContext, "the context '\(text)' is no directory")
        }
        let directory = try await fetcher.fetch(source, named: name)
        directories[name] = directory
        return directory
    }

    /// The files of a context.
    ///
    /// Throws ``BuildError`` where there is no such context, or it or its ignore file cannot be read.
    mutating func tree(_ name: ContextName) async throws -> ContextTree {
        if let tree = trees[name] { return tree }
        let directory = try await directory(name)
        let tree = try ContextTree(
            walking: directory,
            ignoring: try Self.ignoreFile(of: directory, dockerfile: name == .main ? dockerfile : nil))
        trees[name] = tree
        return tree
    }

    /// The patterns of `<Dockerfile>.dockerignore` for the main context, else of `.dockerignore` in its root.
    static func ignoreFile(of directory: ContextDirectory, dockerfile: FilePath?) throws -> IgnoreFile {
        var candidates = directory.isFetched ? [] : [directory.path.appending(".dockerignore")]
        if !directory.isFetched, let dockerfile {
            var own = dockerfile
            if let last = own.lastComponent { own.removeLastComponent(); own.append(last.string + ".dockerignore") }
            candidates.insert(own, at: 0)
        }
        for path in candidates {
            guard let bytes = try read(path, limit: 1 << 20) else { continue }
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
