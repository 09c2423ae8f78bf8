internal import Archive
internal import FileSystem
internal import SystemPackage

/// Owner, mode, time and extended attributes of what an entry has made.
extension TreeBuilder {
    func setAttributes(of file: FileDescriptor, _ entry: TarEntry) throws {
        // The owner first: changing it clears capabilities.
        try setOwner(entry) {
            try file.setOwner(
                uid: entry.uid, gid: entry.gid, mode: entry.mode, owners: root.owners, path: entry.path)
        }
        if !entry.xattrs.isEmpty { try setExtendedAttributes(ExtendedAttributes(of: file, path: entry.path), entry) }
        try file.setTimes(entry.mtime, path: entry.path)
    }

    func setAttributes(of directory: DirectoryHandle, _ entry: TarEntry) throws {
        try setOwner(entry) { try directory.setOwner(uid: entry.uid, gid: entry.gid) }
        if !entry.xattrs.isEmpty { try setExtendedAttributes(directory.extendedAttributes, entry) }
        try directory.setMode(entry.mode)
    }

    private func setExtendedAttributes(
        _ attributes: ExtendedAttributes, _ entry: TarEntry
    ) throws(FileSystemError) {
        for attribute in entry.xattrs where LayerAttributes.isKept(attribute.name) {
            do {
                try attributes.set(attribute.name, to: attribute.value)
            } catch let error where error.code == .notSupported {
                // The store's file system has none; containers on it could not use them either.
                return
            }
        }
    }

    /// Sets the owner of what is neither a regular file nor a directory.
    func setOwner(of name: FileName, in parent: DirectoryHandle, _ entry: TarEntry) throws {
        switch root.owners {
        case .inode: try setOwner(entry) { try parent.setOwner(of: name, uid: entry.uid, gid: entry.gid) }
        case .attribute: noteOwner(of: entry)
        }
    }

    private func setOwner(_ entry: TarEntry, _ set: () throws -> Void) throws {
        do {
            try set()
        } catch let error as FileSystemError where error.code == .invalidArgument {
            throw LayerStoreError(
                .unmappedOwner,
                "\(entry.path) belongs to \(entry.uid):\(entry.gid), which this user's subordinate ids do not reach "
                    + "(see /etc/subuid and /etc/subgid)")
        }
    }
}
