internal import FileSystem
internal import SystemPackage

/// Whose the files of unpacked layers are, which is decided when a store is made: a store in which owners are noted beside the
/// files (`OwnerPlace.attribute`) has the file `owners`.
///
/// The two kinds cannot share layers: where ids are mapped, a file belongs to an id that a process without the map can
/// neither read nor give away.
enum StoreOwners {
    static let name: FileName = "owners"

    /// Makes a new store the kind that this process needs.
    static func settle(_ root: FilePath) throws {
        let top = try DirectoryHandle(root, owners: .inode)
        let isMarked = try top.statusIfExists(of: name) != nil
        switch (OwnerPlace.ofProcess, isMarked) {
        case (.inode, true): try top.removeFile(name)
        case (.attribute, false): try top.createFile(name).close()
        default: break
        }
    }

    /// Refuses a store of the other kind.
    static func check(_ root: FilePath) throws {
        let isMarked = try DirectoryHandle(root, owners: .inode).statusIfExists(of: name) != nil
        if isMarked == (OwnerPlace.ofProcess == .attribute) { return }
        let (made, here) = ("was made by a process that", "this one")
        throw StoreError(
            .otherOwners,
            isMarked
                ? "the store \(root) \(made) had only one id, and \(here) has more: use another one (--root)"
                : "the store \(root) \(made) had more ids than \(here), which has one: use another one (--root)")
    }
}
