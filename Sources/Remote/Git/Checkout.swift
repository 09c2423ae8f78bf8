internal import FileSystem
internal import SystemPackage

/// Makes the files of a checkout the same on every machine.
enum Checkout {
    /// Gives all files below a directory, and the directory, the modes that git knows and one time.
    static func normalize(_ root: FilePath, time: Timestamp) throws {
        let top = try DirectoryHandle(root)
        try TreeWalk(top).run { entry in
            switch entry.status.kind {
            case .directory: try entry.directory.setMode(of: entry.name, to: 0o755)
            case .regular:
                try entry.directory.setMode(of: entry.name, to: entry.status.mode & 0o100 == 0 ? 0o644 : 0o755)
                try entry.directory.setTimes(of: entry.name, to: time)
            default: try entry.directory.setTimes(of: entry.name, to: time)
            }
            return .descend
        } leave: { entry in
            try entry.directory.setTimes(of: entry.name, to: time)
        }
        try top.setMode(0o755)
        try top.setTimes(time)
    }

    /// Removes the files `.git` of submodules, which say where their repositories are on this machine.
    static func removeGitFiles(below root: FilePath) throws {
        try TreeWalk(try DirectoryHandle(root)).run { entry in
            if entry.name == ".git" {
                if entry.status.kind == .directory {
                    try entry.directory.removeTree(entry.name)
                } else {
                    try entry.directory.removeFile(entry.name)
                }
                return .skip
            }
            return .descend
        }
    }
}
