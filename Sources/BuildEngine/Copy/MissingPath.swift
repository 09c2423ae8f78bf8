import Dockerfile
import SystemPackage

/// A path that an instruction names and that is not there: says so, and what may have been meant.
struct MissingPath {
    /// Absolute, from the root of `tree`.
    var path: FilePath
    /// The source as it is written in the Dockerfile.
    var written: String
    var tree: any SourceTree
    /// What the tree is: `in the build context`.
    var place: String

    /// More names of a directory are not listed.
    private static let longestListing = 8

    func error(at range: SourceRange?) -> BuildError {
        BuildError(
            .copyFailed, "failed to calculate the checksum of \"\(path)\": not found \(place)", range: range, help: help
        )
    }

    private var help: String {
        if let ignored { return ignored }
        if FilePath(written).components.first?.kind == .parentDirectory {
            return "files above it cannot be copied; \"\(written)\" is read as \"\(path)\""
        }
        guard let (directory, name) = deepestDirectory, let children = try? tree.children(of: directory) else {
            return "check the spelling"
        }
        let names = children.map(\.name.string)
        if let near = Suggestion.closest(to: name.string, among: names, ignoringCase: true) {
            return "did you mean \"\(display(directory.appending(near)))\"?"
        }
        if names.isEmpty { return "\"\(directory)\" is empty \(place)" }
        let listed = names.prefix(Self.longestListing).joined(separator: ", ")
        let more = names.count > Self.longestListing ? ", … (\(names.count) in all)" : ""
        return "\"\(directory)\" holds \(listed)\(more)"
    }

    /// A path as Dockerfiles write sources.
    private func display(_ path: FilePath) -> String {
        written.hasPrefix("/") ? path.string : path.removingRoot().string
    }

    /// That the context has it, but its ignore file leaves it out.
    private var ignored: String? {
        guard let context = tree as? ContextTree, context.isLeftOut(path),
            let (line, pattern) = context.ignoreFile.patterns.pattern(ignoring: path.removingRoot().string)
        else { return nil }
        let name = context.ignoreFile.name
        return
            "\(name):\(line) leaves it out with \"\(pattern)\"; a line \"!\(path.removingRoot())\" below takes it in again"
    }

    /// The last directory on the way that is there, and the name that is missing in it.
    private var deepestDirectory: (FilePath, FilePath.Component)? {
        var directory = FilePath("/")
        for component in path.components {
            let next = directory.appending(component)
            guard let resolved = try? tree.resolve(next), let node = try? tree.node(at: resolved), node.isDirectory
            else { return (directory, component) }
            directory = resolved
        }
        return nil
    }
}
