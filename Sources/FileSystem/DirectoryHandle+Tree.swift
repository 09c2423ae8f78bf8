public import SystemPackage

extension DirectoryHandle {
    /// Opens the directory that `path` leads to when this one is the root, and makes what is missing.
    public func openOrMakeDirectoryInRoot(_ path: FilePath) throws(FileSystemError) -> DirectoryHandle {
        do throws(FileSystemError) {
            return try openDirectoryInRoot(path)
        } catch let error where error.code == .noSuchFileOrDirectory {
            guard let name = path.lastComponent.flatMap(FileName.init) else { throw error }
            return try openOrMakeDirectoryInRoot(path.removingLastComponent()).makeOrOpenDirectory(name)
        }
    }

    /// Makes a directory and its missing parents, and opens it. Links on the way are followed.
    ///
    /// `mode` is that of the directories it makes, subject to the umask.
    public static func makeTree(_ path: FilePath, mode: UInt16 = 0o755) throws(FileSystemError) -> DirectoryHandle {
        var missing: [FilePath.Component] = []
        var existing = path
        while true {
            do throws(FileSystemError) {
                var directory = try DirectoryHandle(existing.isEmpty ? "." : existing)
                while let component = missing.popLast() {
                    guard let name = FileName(component) else {
                        throw FileSystemError(.invalidArgument, operation: "create the directory", path: path)
                    }
                    directory = try directory.makeOrOpenDirectory(name, mode: mode)
                }
                return directory
            } catch let error where error.code == .noSuchFileOrDirectory {
                guard let last = existing.lastComponent else { throw error }
                missing.append(last)
                existing.removeLastComponent()
            }
        }
    }
}
