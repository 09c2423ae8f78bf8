public import OCI
public import SystemPackage

extension LayerStore {
    /// The directories of a stack of unpacked layers, given lowest first, as an overlay takes them: the topmost first.
    ///
    /// Steps that change the same things, or nothing, make the same layer, and overlayfs refuses a directory that comes
    /// twice. All that the lower one has or removes, the upper one has or removes again, so it can go.
    public func overlayDirectories(of layers: [Digest]) -> [FilePath] {
        var seen: Set<Digest> = []
        return layers.reversed().filter { seen.insert($0).inserted }.map { directory(of: $0) }
    }
}
