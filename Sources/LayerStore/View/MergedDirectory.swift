internal import FileSystem
internal import SystemPackage

/// One directory of an image: the directories of that path in several layers, of which the upper hide the lower.
final class MergedDirectory: Sendable {
    /// The directory in one layer.
    struct Part: Sendable {
        /// The layer's place in the stack, 0 at the bottom.
        let layer: Int
        let handle: DirectoryHandle
    }

    let stack: LayerStack
    /// The uppermost first; none only in the root of an empty stack.
    let parts: [Part]
    /// The names that lead here from the root.
    let names: [FileName]

    init(stack: LayerStack, parts: [Part], names: [FileName]) {
        self.stack = stack
        self.parts = parts
        self.names = names
    }

    /// The entry `name`, or nil when there is none. Parts before `first` are known not to have it.
    func child(_ name: FileName, from first: Int = 0) throws -> Node? {
        // It says something about another name.
        if stack.whiteoutForm == .file, name.hasWhiteoutPrefix { return nil }
        var implied: (part: Int, status: FileStatus)?
        for index in parts.indices.dropFirst(first) {
            let part = parts[index]
            guard let status = try part.handle.statusIfExists(of: name) else {
                if try stack.whiteoutForm.hides(name, in: part.handle) { break }
                continue
            }
            if status.isWhiteout { break }
            guard status.kind == .directory else {
                // Below a directory it is hidden.
                if implied != nil { break }
                return try Node(file: name, in: self, part: index, status: status)
            }
            let attributesPart = implied?.part ?? index
            guard stack.isImplied(names + [name], layer: part.layer) else {
                return Node(directory: name, in: self, part: attributesPart, status: status)
            }
            implied = (attributesPart, implied?.status ?? status)
            if try part.handle.extendedAttributes(of: name).get(LayerAttributes.opaque) == [UInt8(ascii: "y")] { break }
        }
        return implied.map { Node(directory: name, in: self, part: $0.part, status: $0.status) }
    }

    /// All entries, in the order of `TreeWalk`.
    func children() throws -> [Node] {
        var seen: Set<FileName> = []
        var nodes: [Node] = []
        for index in parts.indices {
            for entry in try parts[index].handle.entries() {
                if stack.whiteoutForm == .file, case .removes(let hidden) = Whiteout(entry.name) {
                    // Unless it is here again, where an earlier turn or this part has it.
                    if try parts[index].handle.statusIfExists(of: hidden) == nil { seen.insert(hidden) }
                    continue
                }
                // Names are compared only where there are several parts to compare.
                if parts.count > 1, !seen.insert(entry.name).inserted { continue }
                if let node = try child(entry.name, from: index) { nodes.append(node) }
            }
        }
        nodes.sort { left, right in
            left.name.precedes(
                right.name, selfIsDirectory: left.status.kind == .directory,
                otherIsDirectory: right.status.kind == .directory)
        }
        return nodes
    }

    /// Opens the directory `name`, whose uppermost part is in the part `first` of this one.
    func directory(_ name: FileName, from first: Int) throws(FileSystemError) -> MergedDirectory {
        var opened: [Part] = []
        for part in parts.dropFirst(first) {
            let handle: DirectoryHandle
            do {
                handle = try part.handle.openDirectory(name)
            } catch let error where error.code == .noSuchFileOrDirectory {
                if try stack.whiteoutForm.hides(name, in: part.handle) { break }
                continue
            } catch let error where error.code == .notDirectory && !opened.isEmpty {
                // A whiteout or a file: what is further down is hidden.
                break
            }
            opened.append(Part(layer: part.layer, handle: handle))
            if try handle.extendedAttributes.get(LayerAttributes.opaque) == [UInt8(ascii: "y")] { break }
        }
        return MergedDirectory(stack: stack, parts: opened, names: names + [name])
    }
}
