import BuildGraph
import Dockerfile
import FileSystem
import SystemPackage

/// What the sources of a `COPY` or `ADD` come to: the files that match, in the order in which they are written.
/// Deciding it reads names and metadata, no content, and does not look at the destination.
struct Selection {
    /// A file or directory that a source names, or that a wildcard matched.
    struct Item {
        /// The name it gets in a destination that is a directory.
        var name: FilePath.Component?
        /// The file itself or, for a directory, its content.
        var root: SourceNode
        /// The content of a directory, parents first. Paths are relative to it.
        var entries: [Entry]
        /// Whether an archive is unpacked instead of copied.
        var unpacks: Bool
        /// Where the source stands in the Dockerfile.
        var range: SourceRange?
        /// The path it was found at, for messages.
        var path: FilePath
    }

    struct Entry {
        var path: FilePath
        var node: SourceNode
        /// A directory that is only there because something below it is copied.
        var isImplied = false
    }

    var items: [Item] = []
}

/// Finds what a source of a `COPY` or `ADD` selects.
struct Selector {
    var tree: any SourceTree
    var excludes: IgnorePatterns
    /// What the tree is, for messages: `in the build context`.
    var place: String

    /// The items of one source.
    ///
    /// Throws ``BuildError`` where a source without wildcards does not exist.
    func select(_ source: CopyOperation.Source) throws -> [Selection.Item] {
        if let pattern = source.parentsPattern {
            return try selectParents(source, pattern: pattern)
        }
        return try found(source.path, source.range).map { try item(at: $0, source: source) }
    }

    /// The paths that a path with or without wildcards means. One without need not exist.
    private func found(_ text: String, _ range: SourceRange?) throws -> [FilePath] {
        let cleaned = FilePath("/").pushing(FilePath(text)).lexicallyNormalized()
        guard let wildcard = cleaned.components.firstIndex(where: { containsWildcard($0.string) }) else {
            return [unescaped(cleaned)]
        }
        let fixed = FilePath(root: "/", cleaned.components[..<wildcard])
        let pattern = cleaned.components[wildcard...].map(\.string).joined(separator: "/")
        return try matches(of: pattern, below: try tree.resolve(fixed), range)
    }

    private func matches(of text: String, below base: FilePath, _ range: SourceRange?) throws -> [FilePath] {
        var found: [FilePath] = []
        let depth = text.split(separator: "/").count
        let pattern = try compile(text, range)
        func visit(_ directory: FilePath, prefix: [FilePath.Component]) throws {
            for (name, node) in try tree.children(of: directory) {
                let relative = prefix + [name]
                let path = directory.appending(name)
                if pattern.matches(relative.map(\.string).joined(separator: "/")) {
                    let isExcluded = !node.isDirectory && excludes.matches(FilePath(root: nil, relative).string)
                    if !isExcluded { found.append(path) }
                } else if relative.count < depth, node.isDirectory {
                    try visit(path, prefix: relative)
                }
            }
        }
        guard try tree.node(at: base)?.isDirectory == true else { return [] }
        try visit(base, prefix: [])
        return found
    }

    private func compile(_ pattern: String, _ range: SourceRange?) throws -> GoPattern {
        do {
            return try GoPattern(pattern)
        } catch {
            throw BuildError(.invalidDockerfile, "\(error)", range: range, help: "put a \\ before a literal [")
        }
    }

    private func item(at path: FilePath, source: CopyOperation.Source) throws -> Selection.Item {
        let resolved = try tree.resolve(path)
        guard let root = try tree.node(at: resolved) else { throw notFound(path, source) }
        let entries = root.isDirectory ? try content(of: resolved, includes: nil) : []
        return Selection.Item(
            name: path.lastComponent, root: root, entries: entries, unpacks: source.unpacks, range: source.range,
            path: path)
    }

    /// `--parents`: what matches the pattern, with its directories from the pivot on.
    private func selectParents(_ source: CopyOperation.Source, pattern: String) throws -> [Selection.Item] {
        try found(source.path, source.range).flatMap {
            try selectParents(source, pattern: pattern, below: tree.resolve($0))
        }
    }

    private func selectParents(
        _ source: CopyOperation.Source, pattern: String, below base: FilePath
    ) throws -> [Selection.Item] {
        let cleaned = FilePath("/").pushing(FilePath(pattern)).lexicallyNormalized()
        let relative = FilePath(root: nil, cleaned.components)
        if !containsWildcard(source.path), !containsWildcard(pattern) {
            let path = base.pushing(relative)
            let parent = path.removingLastComponent()
            // The directories on the way are made anew, so a link among them has no place in the image.
            guard try tree.resolve(parent) == parent, try tree.node(at: path) != nil else {
                throw notFound(path, source)
            }
        }
        guard let root = try tree.node(at: base) else { throw notFound(base, source) }
        let includes =
            relative.isEmpty ? nil : try IgnorePatterns([relative.string])
        return [
            Selection.Item(
                name: nil, root: root, entries: try content(of: base, includes: includes), unpacks: false,
                range: source.range, path: base)
        ]
    }

    /// Everything below a directory that is included and not excluded, parents first.
    private func content(of directory: FilePath, includes: IgnorePatterns?) throws -> [Selection.Entry] {
        var entries: [Selection.Entry] = []
        var pendingParents: [Selection.Entry] = []
        func visit(_ directory: FilePath, _ relative: FilePath) throws {
            for (name, node) in try tree.children(of: directory) {
                let path = directory.appending(name)
                let below = relative.appending(name)
                let isExcluded = !excludes.isEmpty && excludes.matches(below.string)
                let isIncluded = !isExcluded && (includes?.matches(below.string) ?? true)
                if isIncluded {
                    entries += pendingParents
                    pendingParents.removeAll()
                    entries.append(Selection.Entry(path: below, node: node))
                }
                guard node.isDirectory else { continue }
                if isExcluded, !excludes.hasExceptions { continue }
                if !isIncluded { pendingParents.append(Selection.Entry(path: below, node: node, isImplied: true)) }
                let depth = pendingParents.count
                try visit(path, below)
                if !isIncluded, pendingParents.count == depth { pendingParents.removeLast() }
            }
        }
        try visit(directory, FilePath(""))
        return entries
    }

    private func notFound(_ path: FilePath, _ source: CopyOperation.Source) -> BuildError {
        MissingPath(path: path, written: source.parentsPattern ?? source.path, tree: tree, place: place)
            .error(at: source.range)
    }
}

/// The path that a path whose wildcards are all escaped means.
func unescaped(_ path: FilePath) -> FilePath {
    var text = ""
    var isEscaped = false
    for character in path.string {
        if character == "\\", !isEscaped {
            isEscaped = true
        } else {
            text.append(character)
            isEscaped = false
        }
    }
    return FilePath(text)
}

/// Whether Go's `filepath.Match` would give a character of this a meaning.
func containsWildcard(_ text: String) -> Bool {
    var isEscaped = false
    for byte in text.utf8 {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[") {
            return true
        }
    }
    return false
}
