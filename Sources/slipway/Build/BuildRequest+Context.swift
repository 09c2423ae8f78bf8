import Archive
import BuildEngine
import Dockerfile
import FileSystem
import SystemPackage

/// Where the Dockerfile and the files of a build come from.
extension BuildRequest {
    /// No Dockerfile that a person wrote is larger.
    private static let dockerfileLimit = 16 << 20
    /// So much of an archive tells that it is one, even of one that bzip2 has compressed.
    private static let prefixLength = 1 << 20

    /// The context and the Dockerfile that a command line names.
    ///
    /// - Parameter standardInput: what `-` reads: an archive with the context, or a Dockerfile that needs none.
    static func inputs(
        of options: BuildOptions, standardInput: FileDescriptor
    ) throws -> (context: ContextSource?, dockerfile: DockerfileInput) {
        guard options.context == .standardInput else {
            let context = try ContextSource(options.context)
            if options.dockerfile == .standardInput {
                let text = try reading(standardInput) { try $0.readAll(limit: dockerfileLimit) }
                guard try !Decompressor.isArchive(MemorySource(text)) else {
                    throw CommandLineError(
                        "standard input is an archive, not a Dockerfile", help: "give - as the context, not to -f")
                }
                return (context, .text(text, name: "Dockerfile"))
            }
            return (context, try dockerfile(options.dockerfile, in: context))
        }
        let prefix = try reading(standardInput) { try $0.read(upTo: prefixLength) }
        if try Decompressor.isArchive(MemorySource(prefix)) {
            let context = ContextSource.stream(prefix, standardInput)
            return (context, try dockerfile(options.dockerfile, in: context))
        }
        guard options.dockerfile == .context else {
            throw CommandLineError(
                "standard input is not a tar archive",
                help: "give a directory as the context, or an archive on standard input; -f names a file in it")
        }
        let rest = try reading(standardInput) { try $0.readAll(limit: dockerfileLimit) }
        return (nil, .text(prefix + rest, name: "Dockerfile"))
    }

    /// A path names a file of this machine, or one in a context that is no directory here.
    private static func dockerfile(
        _ source: BuildOptions.DockerfileSource, in context: ContextSource
    ) throws -> DockerfileInput {
        guard case .file(let path) = source else { return .contextDefault }
        if case .directory = context { return .file(try HostPath.absolute(path)) }
        return path.isAbsolute ? .file(path) : .contextFile(path)
    }

    private static func reading(
        _ standardInput: FileDescriptor, _ body: (FileSource) throws -> [UInt8]
    ) throws -> [UInt8] {
        do {
            return try body(FileSource(standardInput))
        } catch {
            throw CommandLineError("cannot read standard input: \(error)")
        }
    }
}

extension ProcessPreparation {
    /// What it takes to read the Dockerfile of a context: one that has to be fetched or unpacked needs the store.
    static func reading(context path: String) -> ProcessPreparation {
        guard path != "-", let context = try? BuildOptions.context(path), let source = try? ContextSource(context),
            case .directory = source
        else { return .userNamespace }
        return .none
    }
}

extension ContextSource {
    /// The source that a path or an address names; standard input is none.
    init(_ context: BuildOptions.Context) throws {
        switch context {
        case .path(let path): self = try Self.local(path)
        // Written without a scheme it may be a path, and what is there counts first.
        case .git(let address, let text):
            self =
                address.looksLocal && Self.isDirectory(FilePath(text)) ? try Self.local(FilePath(text)) : .git(address)
        case .web(let address): self = .web(address)
        case .standardInput: throw CommandLineError("standard input can be the context of the build only")
        }
    }

    /// What is no directory has to be an archive.
    private static func local(_ path: FilePath) throws -> ContextSource {
        let absolute = try HostPath.absolute(path)
        do throws(FileSystemError) {
            _ = try DirectoryHandle(absolute)
            return .directory(absolute)
        } catch {
            return error.code == .notDirectory ? .archive(absolute) : .directory(absolute)
        }
    }

    private static func isDirectory(_ path: FilePath) -> Bool { (try? DirectoryHandle(path)) != nil }
}
