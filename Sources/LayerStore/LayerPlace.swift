internal import FileSystem
internal import OCI
internal import SystemPackage

/// The directory of one unpacked layer: `layers/<diffid hex>/`, or one that is about to become that.
struct LayerPlace: Sendable {
    /// What is remembered beside the files.
    struct Record: Sendable {
        /// The size of the layer's archive in bytes.
        var size: Int64 = 0
        /// The number of entries in that archive.
        var entryCount = 0
        /// The directories that no entry made (see `TreeBuilder`).
        var implied: [[FileName]] = []
        /// Owners that could be noted nowhere else.
        var owners = SpecialOwners()
    }

    static let treeName: FileName = "fs"
    private static let recordName: FileName = "record"
    private static let unsyncedName: FileName = "unsynced"
    private static let ownersName: FileName = "owners"
    /// A record is written by this program; more would be somebody else's.
    private static let recordLimit = 64 << 20

    let directory: DirectoryHandle

    /// The files.
    func openTree() throws -> DirectoryHandle { try directory.openDirectory(Self.treeName) }

    /// Whether the layer is whole: either it was synced, or the machine has not been down since it was written.
    func isWhole() throws -> Bool {
        guard try directory.statusIfExists(of: Self.treeName)?.kind == .directory else { return false }
        guard let boot = try read(Self.unsyncedName, limit: 64) else { return true }
        return boot == Boot.current
    }

    /// Whether `synchronize()` has still to be called for it.
    func isUnsynced() throws -> Bool { try directory.statusIfExists(of: Self.unsyncedName) != nil }

    /// Notes that everything in it has reached the disk.
    func markSynced() throws(FileSystemError) {
        do {
            try directory.removeFile(Self.unsyncedName)
        } catch let error where error.code == .noSuchFileOrDirectory {
            // Another process did the same.
        }
    }

    /// Writes what stands beside the files; with the layer's own contents, the last thing before the rename.
    func finish(_ record: Record) throws {
        var fields = ["\(record.size)", "\(record.entryCount)"].map { Array($0.utf8) }
        fields += record.implied.map { FilePath(names: $0).bytes }
        try write(Array(fields.joined(separator: [0])), to: Self.recordName)
        if !record.owners.isEmpty { try write(record.owners.encoded, to: Self.ownersName) }
        if let boot = Boot.current {
            try write(boot, to: Self.unsyncedName)
        } else {
            try directory.synchronizeFileSystem()
        }
    }

    /// Reads what `finish` has written.
    func record() throws -> Record {
        guard let bytes = try read(Self.recordName, limit: Self.recordLimit) else { return Record() }
        let fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
        guard fields.count >= 2, let size = Int64(String(decoding: fields[0], as: UTF8.self)),
            let count = Int(String(decoding: fields[1], as: UTF8.self))
        else { throw damaged }
        let implied = fields.dropFirst(2).map { FilePath(bytes: $0).components.compactMap(FileName.init) }
        return Record(size: size, entryCount: count, implied: implied, owners: try owners())
    }

    private func owners() throws -> SpecialOwners {
        guard let bytes = try read(Self.ownersName, limit: Self.recordLimit) else { return SpecialOwners() }
        guard let owners = SpecialOwners(encoded: bytes) else { throw damaged }
        return owners
    }

    private var damaged: LayerStoreError {
        LayerStoreError(.missingLayer, "\(directory.path) is damaged: remove it, then build or pull again")
    }

    private func read(_ name: FileName, limit: Int) throws -> [UInt8]? {
        do {
            return try directory.withFile(name) { try $0.readAll(limit: limit, path: directory.pathOf(name)) }
        } catch let error as FileSystemError where error.code == .noSuchFileOrDirectory {
            return nil
        }
    }

    private func write(_ bytes: [UInt8], to name: FileName) throws {
        let file = try directory.createFile(name)
        do {
            try file.writeAll(bytes, path: directory.pathOf(name))
        } catch {
            file.closeAfterReading()
            throw error
        }
        try file.close()
    }
}

/// The present run of the machine.
enum Boot {
    /// The kernel's name for it (random(4), boot_id); nil where /proc does not tell.
    static let current: [UInt8]? = {
        // Without it every layer is synced when it is made; nothing else depends on it.
        guard let directory = try? DirectoryHandle("/proc/sys/kernel/random"),
            let file = try? directory.openFile("boot_id")
        else { return nil }
        defer { file.closeAfterReading() }
        guard let bytes = try? file.readAll(limit: 64, path: "boot_id"), !bytes.isEmpty else { return nil }
        return bytes
    }()
}
