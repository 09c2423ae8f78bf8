import BuildGraph
import Dockerfile
import FileSystem

extension Selection {
    /// The selection as far as it decides what a copy gives: with `--chmod` and a number the modes of the files make no
    /// difference, with `--chown` their owners do not. So a copy that says both is found in the cache whatever the umask
    /// was when the context was checked out.
    func counted(for copy: CopyOperation) -> Selection {
        let (dropsMode, dropsOwner) = (copy.mode?.absoluteMode != nil, copy.owner != nil)
        guard dropsMode || dropsOwner else { return self }
        func counted(_ node: SourceNode) -> SourceNode {
            var node = node
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
}
