internal import FileSystem
internal import SystemPackage

/// The owners of a layer's symbolic links and fifos, where owners are kept in attributes (`OwnerPlace.attribute`): the
/// kernel lets neither have one. What is not named here belongs to 0:0.
struct SpecialOwners: Sendable {
    struct Owner: Hashable, Sendable {
        var uid: UInt32
        var gid: UInt32
    }

    private var owners: [[UInt8]: Owner] = [:]

    var isEmpty: Bool { owners.isEmpty }

    /// The owner of what is at a path, given by its bytes, relative to the layer's root.
    subscript(path: [UInt8]) -> Owner? {
        get { owners[path] }
        set { owners[path] = newValue == Owner(uid: 0, gid: 0) ? nil : newValue }
    }

    init() {}

    /// The status of what is at a path, with its owner.
    func status(_ status: FileStatus, at path: @autoclosure () -> [UInt8]) -> FileStatus {
        guard !isEmpty, status.kind == .symbolicLink || status.kind == .fifo, let owner = owners[path()] else {
            return status
        }
        var status = status
        (status.uid, status.gid) = (owner.uid, owner.gid)
        return status
    }

    /// The bytes of a file that holds them: "uid gid path", each followed by a 0, sorted.
    var encoded: [UInt8] {
        owners.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .flatMap { Array("\($0.value.uid) \($0.value.gid) ".utf8) + $0.key + [0] }
    }

    /// Reads what `encoded` gave; nil when it is damaged.
    init?(encoded bytes: [UInt8]) {
        for record in bytes.split(separator: 0) {
            let fields = record.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let uid = UInt32(String(decoding: fields[0], as: UTF8.self)),
                let gid = UInt32(String(decoding: fields[1], as: UTF8.self))
            else { return nil }
            owners[Array(fields[2])] = Owner(uid: uid, gid: gid)
        }
    }
}

/// What a step's sandbox noted of the owners of symbolic links and fifos: by inode, since a link may be renamed after it
/// was given away. `CSandbox/notifier.c` writes it.
struct OwnerLog {
    private var owners: [UInt64: SpecialOwners.Owner] = [:]

    var isEmpty: Bool { owners.isEmpty }

    /// Reads lines "inode uid gid", the last one of an inode counts; nil when one of them is no such line.
    init?(_ bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 3, let inode = UInt64(words[0]), let uid = UInt32(words[1]), let gid = UInt32(words[2])
            else { return nil }
            owners[inode] = SpecialOwners.Owner(uid: uid, gid: gid)
        }
    }

    /// The owners by path of what is left of it below `tree`.
    func resolved(in tree: DirectoryHandle) throws -> SpecialOwners {
        var result = SpecialOwners()
        if isEmpty { return result }
        try TreeWalk(tree).run { item in
            if item.status.kind == .symbolicLink || item.status.kind == .fifo {
                result[item.pathBytes] = owners[item.status.inode]
            }
            return .descend
        }
        return result
    }
}
