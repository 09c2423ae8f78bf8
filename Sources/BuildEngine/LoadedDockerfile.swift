import BuildGraph
import Dockerfile
import SystemPackage

/// The text of the Dockerfile, and the context beside it.
struct LoadedDockerfile: Sendable {
    var source: SourceFile
    /// Where the Dockerfile stands, if it is a file.
    var path: FilePath?
    /// Where the files of the main context are; nil where there is none.
    var context: ContextDirectory?

    /// Brings the main context to this machine, if it is not here, and reads the Dockerfile.
    ///
    /// Throws ``BuildError``, also for a Dockerfile that asks for a frontend that is not here.
    static func load(
        _ request: BuildRequest, fetch: (ContextSource) async throws -> ContextDirectory
    ) async throws -> LoadedDockerfile {
        var context: ContextDirectory?
        if var source = request.context {
            if case .git(var address) = source, request.plan.buildArguments["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] == "1" {
                address.keepsGitDirectory = true
                source = .git(address)
            }
            context = try await fetch(source)
        }
        let (source, path) = try DockerfileLoader.load(request, context: context)
        do {
            try FrontendRequest.check(
                source, buildArgument: request.plan.buildArguments[FrontendRequest.buildArgument])
        } catch {
            throw BuildError.describing(error, in: source)
        }
        return LoadedDockerfile(source: source, path: path, context: context)
    }

    /// The patterns of what the main context leaves out; nil where there is none.
    ///
    /// Throws ``BuildError`` where the ignore file cannot be read.
    func ignorePatterns() throws -> IgnorePatterns? {
        try context.map { try BuildContexts.ignoreFile(of: $0, dockerfile: path).patterns }
    }
}
