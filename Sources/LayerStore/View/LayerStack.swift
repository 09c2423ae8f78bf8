internal import FileSystem

/// The open layers of a stack, the lowest first.
struct LayerStack: Sendable {
    /// The `fs` directories.
    let roots: [DirectoryHandle]
    /// For each layer, its implied directories, by their names from the root.
    let implied: [Set<[FileName]>]
    /// For each layer, owners that are noted beside it.
    let owners: [SpecialOwners]

    /// Whether a directory of a layer is there only because something lies in it (see `TreeBuilder`).
    func isImplied(_ names: @autoclosure () -> [FileName], layer: Int) -> Bool {
        !implied[layer].isEmpty && implied[layer].contains(names())
    }
}
