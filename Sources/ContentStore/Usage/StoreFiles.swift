internal import FileSystem
internal import OCI
internal import SystemPackage

/// What lies in a store's directory, by where it lies.
struct StoreFiles {
    let root: FilePath
    /// Layers whose size need not be measured, in bytes by DiffID.
    var knownLayers: [String: Int64] = [:]
    private(set) var items: [StoreItem] = []
    private var meter = DiskMeter()
    /// What the directories that hold the others take.
    private var directories: Int64 = 0

    init(root: FilePath) {
        self.root = root
    }

    /// Looks at everything.
    mutating func walk() throws {
        guard let name = root.lastComponent.flatMap(FileName.init) else {
            throw FileSystemError(.invalidArgument, operation: "look through", path: root)
        }
        directories += try meter.measureAlone(name, in: DirectoryHandle(root.removingLastComponent()))
        let top = try DirectoryHandle(root)
        for entry in try top.sortedEntries() {
            switch entry.name.description {
            case "blobs": try each(top, entry.name) { try $0.walkBlobs($1, $2) }
            case "layers": try each(top, entry.name) { try $0.walkLayer($1, $2) }
            case "builds": try each(top, entry.name) { try $0.walkBuild($1, $2) }
            case "mounts": try each(top, entry.name) { try $0.walkMounts($1, $2) }
            case "tmp": try each(top, entry.name) { try $0.add(.temporary, $2.description, $2, $1) }
            case let name: try add(.internal, name, entry.name, top)
            }
        }
        items.append(StoreItem(kind: .internal, id: "directories", size: directories))
    }

    /// Counts a directory itself and looks at what is in it.
    private mutating func each(
        _ parent: DirectoryHandle, _ name: FileName, _ body: (inout Self, DirectoryHandle, FileName) throws -> Void
    ) throws {
        guard try parent.statusIfExists(of: name)?.kind == .directory else {
            return try add(.internal, name.description, name, parent)
        }
        directories += try meter.measureAlone(name, in: parent)
        let directory = try parent.openDirectory(name)
        for entry in try directory.sortedEntries() { try body(&self, directory, entry.name) }
    }

    private mutating func add(
        _ kind: StoreItem.Kind, _ id: String, _ name: FileName, _ directory: DirectoryHandle
    ) throws {
        items.append(StoreItem(kind: kind, id: id, size: try meter.measure(name, in: directory)))
    }

    private mutating func walkBlobs(_ blobs: DirectoryHandle, _ algorithm: FileName) throws {
        let prefix = algorithm.description
        try each(blobs, algorithm) { files, directory, name in
            try files.add(.blob, "\(prefix):\(name)", name, directory)
        }
    }

    private mutating func walkLayer(_ layers: DirectoryHandle, _ name: FileName) throws {
        let id = "\(Digest.Algorithm.sha256.rawValue):\(name)"
        if let size = knownLayers[id] {
            items.append(StoreItem(kind: .layer, id: id, size: size))
        } else {
            try add(.layer, id, name, layers)
        }
    }

    /// `mounts/<digest>/<number>` and lock files beside.
    private mutating func walkMounts(_ mounts: DirectoryHandle, _ name: FileName) throws {
        let prefix = name.description
        try each(mounts, name) { files, directory, name in
            if name.description.allSatisfy(\.isNumber) {
                try files.add(.cacheMount, "\(prefix)/\(name)", name, directory)
            } else {
                files.directories += try files.meter.measure(name, in: directory)
            }
        }
    }

    /// `builds/<number>`: its `state`, and logs.
    private mutating func walkBuild(_ builds: DirectoryHandle, _ name: FileName) throws {
        let prefix = name.description
        guard Int64(prefix) != nil else { return try add(.internal, "builds/\(prefix)", name, builds) }
        var logs = StoreItem(kind: .buildLog, id: "builds/\(prefix)", size: try meter.measureAlone(name, in: builds))
        let directory = try builds.openDirectory(name)
        for entry in try directory.sortedEntries() {
            if entry.name.description == ContentStore.BuildPart.state.rawValue {
                try add(.buildState, "builds/\(prefix)/\(entry.name)", entry.name, directory)
            } else {
                logs.size += try meter.measure(entry.name, in: directory)
            }
        }
        items.append(logs)
    }
}
