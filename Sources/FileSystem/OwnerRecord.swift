internal import SystemPackage

/// The owner and the mode of a file as they are noted beside it.
public struct OwnerRecord: Hashable, Sendable {
    /// The name of the extended attribute.
    public static let attribute = "user.slipway.stat"

    /// Owner.
    public var uid: UInt32
    /// Group.
    public var gid: UInt32
    /// Permission bits with setuid, setgid and sticky: 0 to 0o7777.
    public var mode: UInt16

    /// Makes a record.
    public init(uid: UInt32, gid: UInt32, mode: UInt16) {
        self.uid = uid
        self.gid = gid
        self.mode = mode
    }

    /// The value of the attribute: "33 33 4755", the mode in octal. `CSandbox/notifier.c` reads and writes it as well.
    public var value: [UInt8] { Array("\(uid) \(gid) \(String(mode, radix: 8))".utf8) }

    /// Reads a value of the attribute; nil when it is malformed.
    public init?(_ value: [UInt8]) {
        let words = value.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, let uid = UInt32(words[0]), let gid = UInt32(words[1]),
            let mode = UInt16(words[2], radix: 8), mode <= 0o7777
        else { return nil }
        self.init(uid: uid, gid: gid, mode: mode)
    }

    /// The mode that the inode has: usable by its owner, and nobody becomes somebody else by it.
    public func inodeMode(isDirectory: Bool) -> UInt16 { mode & 0o1777 | (isDirectory ? 0o700 : 0o600) }

    /// Whether the inode alone says the same.
    func isNeeded(isDirectory: Bool) -> Bool {
        uid != 0 || gid != 0 || mode != inodeMode(isDirectory: isDirectory)
    }
}

extension FileStatus {
    /// What the file is, with the owner and mode that are noted beside it.
    func withNoted(by attributes: @autoclosure () -> ExtendedAttributes) throws(FileSystemError) -> FileStatus {
        var status = self
        (status.uid, status.gid) = (0, 0)
        guard kind == .regular || kind == .directory, let record = try attributes().ownerRecord() else { return status }
        (status.uid, status.gid, status.mode) = (record.uid, record.gid, record.mode)
        return status
    }
}

extension ExtendedAttributes {
    /// The noted owner; nil where there is none, also on file systems without attributes.
    func ownerRecord() throws(FileSystemError) -> OwnerRecord? {
        do {
            return try get(OwnerRecord.attribute).flatMap { OwnerRecord($0) }
        } catch let error where error.code == .permissionDenied {
            // Another user's file, such as one of a context that may not be read: it has no note of ours.
            return nil
        }
    }

    /// Notes an owner, or removes the note where the inode says the same.
    func note(_ record: OwnerRecord, isDirectory: Bool) throws(FileSystemError) {
        if record.isNeeded(isDirectory: isDirectory) {
            try set(OwnerRecord.attribute, to: record.value)
        } else if try ownerRecord() != nil {
            try remove(OwnerRecord.attribute)
        }
    }

    /// Changes what is noted of a file that is `status` with its note.
    func changeNote(
        of status: FileStatus, setInodeMode: (UInt16) throws(FileSystemError) -> Void,
        _ change: (inout OwnerRecord) -> Void
    ) throws(FileSystemError) {
        let isDirectory = status.kind == .directory
        var record = OwnerRecord(uid: status.uid, gid: status.gid, mode: status.mode)
        change(&record)
        // The note after the mode: whoever may not write to the file may not note anything either.
        try setInodeMode(record.inodeMode(isDirectory: isDirectory))
        try note(record, isDirectory: isDirectory)
    }
}

extension OwnerRecord {
    /// As the kernel does it: who changes the owner of a file takes away what lets others act for him.
    mutating func setOwner(uid: UInt32, gid: UInt32, isDirectory: Bool) {
        (self.uid, self.gid) = (uid, gid)
        if !isDirectory { mode &= 0o1777 }
    }
}
