internal import Synchronization

/// Where the owner and the mode of a file are kept.
///
/// Only root may give files away, and a user namespace only knows the ids that are mapped into it. Where there is no more
/// than one id, the owner of a file is a note beside it, and all files really belong to the one id there is.
public enum OwnerPlace: Sendable {
    /// In the inode, where the kernel has them.
    case inode
    /// In the extended attribute `OwnerRecord.attribute`. The inode lets its owner read and write, whatever the noted mode
    /// says, and has no setuid bit that the kernel would act on. What has no note belongs to 0:0.
    ///
    /// The kernel lets only regular files and directories have such attributes: owners of anything else are the
    /// business of whoever made it.
    case attribute

    private static let isAttribute = Atomic<Bool>(false)

    /// What a directory opened by path follows, unless told otherwise. What is opened from it follows it.
    public static var ofProcess: OwnerPlace { isAttribute.load(ordering: .relaxed) ? .attribute : .inode }

    /// Has this process keep owners in attributes, from the beginning on: to be called before the first file is opened.
    public static func keepInAttributes() { isAttribute.store(true, ordering: .relaxed) }
}
