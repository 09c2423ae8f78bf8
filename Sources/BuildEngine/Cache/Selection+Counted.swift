import BuildGraph
import Dockerfile
import FileSystem

extension Selection {
    /// The selection as far as it counts for a copy, or for a mount: with `--chmod` and a number the modes of the files make
    /// no difference, with `--chown` their owners do not.
    ///
    /// - Parameter isCheckout: whether the files are those of a directory of this machine, which git and others make with
    ///   the umask of the day. A build on another machine, or by another user, shall find them in the cache.
    func counted(for copy: CopyOperation?, isCheckout: Bool) -> Selection {
        let (dropsMode, dropsOwner) = (copy?.mode?.absoluteMode != nil, copy?.owner != nil)
        let dropsNoise = isCheckout && hasUmaskNoise
        guard dropsMode || dropsOwner || dropsNoise else { return self }
        func counted(_ node: SourceNode) -> SourceNode {
            var node = node
            if dropsNoise { node.status.mode &= ~node.umaskNoise }
            if dropsMode { node.status.mode = 0 }
            if dropsOwner { (node.status.uid, node.status.gid) = (0, 0) }
            return node
        }
        var selection = self
        for index in items.indices {
            selection.items[index].root = counted(items[index].root)
            for entry in items[index].entries.indices {
                selection.items[index].entries[entry].node = counted(items[index].entries[entry].node)
            }
        }
        return selection
    }

    private var hasUmaskNoise: Bool {
        items.contains { $0.root.umaskNoise != 0 || $0.entries.contains { $0.node.umaskNoise != 0 } }
    }
}

extension SourceNode {
    /// The write permissions of group and others, which a checkout has or has not by the umask of whoever made it. The mode of
    /// a link is always the same.
    fileprivate var umaskNoise: UInt16 { status.kind == .symbolicLink ? 0 : status.mode & 0o022 }
}
