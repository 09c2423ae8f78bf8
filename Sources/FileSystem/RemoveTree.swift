internal import CFileSystem
public import SystemPackage

/// Removes `path` and everything below it. No error when it does not exist.
///
/// Follows no symbolic link, opens up directories whose mode forbids listing or removing, and is not limited in depth:
/// a directory deeper than a fixed number of levels is first renamed to the top. Fails on a mount point inside.
public func removeTree(_ path: FilePath) throws(FileSystemError) {
    guard let last = path.lastComponent, let name = FileName(last) else {
        throw FileSystemError(.invalidArgument, operation: "remove", path: path)
    }
    let parentPath = path.removingLastComponent()
    let parent: DirectoryHandle
    do {
        parent = try DirectoryHandle(parentPath.isEmpty ? "." : parentPath)
    } catch let error where error.isNotFound {
        return
    }
    try parent.removeTree(name)
}

extension DirectoryHandle {
    /// Removes the entry `name` and everything below it, like the free function `removeTree`.
    public func removeTree(_ name: FileName) throws(FileSystemError) {
        do {
            return try removeFile(name)
        } catch let error where error.code == .noSuchFileOrDirectory {
            return
        } catch let error where error.code == .isDirectory || error.code == .notPermitted {
            // A directory: EISDIR on Linux, EPERM by POSIX. Should it be a file after all, opening it fails below.
        }
        do {
            return try removeDirectory(name)
        } catch let error where error.code == .directoryNotEmpty || error.code == .fileExists {
            // The usual case.
        }
        do {
            let top = try openForRemoval(name)
            var removal = TreeRemoval(top: top)
            try removal.empty(top, depth: 0)
            try removal.finish()
            try removeDirectory(name)
        } catch let error where error.code == .noSuchFileOrDirectory {
            // Somebody else was faster with the directory itself.
        }
    }

    /// Removes everything in this directory but not the directory.
    public func removeContents() throws(FileSystemError) {
        var removal = TreeRemoval(top: self)
        try removal.empty(self, depth: 0)
        try removal.finish()
    }

    /// Opens the directory `name`, giving the owner every right first where the mode stands in the way.
    fileprivate func openForRemoval(_ name: FileName) throws(FileSystemError) -> DirectoryHandle {
        do {
            let directory = try openDirectory(name)
            // Listing needs r, removing needs w and x; root passes anyway and is spared the call.
            if try directory.status().mode & 0o700 != 0o700 { try directory.setMode(0o700) }
            return directory
        } catch let error where error.code == .permissionDenied {
            try setMode(of: name, to: 0o700)
            return try openDirectory(name)
        }
    }
}

/// One removal: the directories that were too deep wait at the top under names of their own.
private struct TreeRemoval {
    /// Keeps the number of open descriptors and the stack small whatever the tree.
    static let deepest = 100

    let top: DirectoryHandle
    var waiting: [FileName] = []
    var number = 0

    /// Removes everything in a directory. What somebody else removes meanwhile counts as removed.
    mutating func empty(_ directory: DirectoryHandle, depth: Int) throws(FileSystemError) {
        for entry in try directory.entries() {
            do {
                try remove(entry, from: directory, depth: depth)
            } catch let error where error.code == .noSuchFileOrDirectory {
                continue
            }
        }
    }

    private mutating func remove(
        _ entry: DirectoryEntry, from directory: DirectoryHandle, depth: Int
    ) throws(FileSystemError) {
        if let kind = entry.kind, kind != .directory { return try directory.removeFile(entry.name) }
        do {
            return try directory.removeDirectory(entry.name)
        } catch let error where error.code == .notDirectory {
            return try directory.removeFile(entry.name)
        } catch let error
            where error.code == .directoryNotEmpty || error.code == .fileExists || error.code == .permissionDenied
        {
            // Its contents go first.
        }
        guard depth < Self.deepest else { return try moveToTop(entry.name, from: directory) }
        try empty(try directory.openForRemoval(entry.name), depth: depth + 1)
        try directory.removeDirectory(entry.name)
    }

    mutating func finish() throws(FileSystemError) {
        while let name = waiting.popLast() {
            do {
                try empty(try top.openForRemoval(name), depth: 1)
                try top.removeDirectory(name)
            } catch let error where error.code == .noSuchFileOrDirectory {
                continue
            }
        }
    }

    private mutating func moveToTop(_ name: FileName, from directory: DirectoryHandle) throws(FileSystemError) {
        // Renaming a directory writes its "..", for which its own mode must allow.
        _ = try directory.openForRemoval(name)
        while true {
            number += 1
            guard let newName = FileName(".slipway-removed-\(number)") else { return }
            do {
                try directory.rename(name, to: newName, in: top, existing: .refuse)
                return waiting.append(newName)
            } catch let error where error.code == .fileExists {
                continue
            }
        }
    }
}
