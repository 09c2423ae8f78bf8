internal import FileSystem

/// The open layers of a stack, the lowest first.
struct LayerStack: Sendable {
    /// The `fs` directories.
    let roots: [DirectoryHandle]
    /// For each layer, its implied directories, by their names from the root.
    let implied: [Set<[FileName]>]
    /// For each layer, owners that are noted beside it.
    let owners: [SpecialOwners]
    /// How they say that a name is removed.
    let whiteoutForm: WhiteoutForm

    init(roots: [DirectoryHandle], implied: [Set<[FileName]>], owners: [SpecialOwners]) throws {
        (self.roots, self.implied, self.owners) = (roots, implied, owners)
        // All are in one store.
        whiteoutForm = try roots.first.map { try WhiteoutForm(in: $0) } ?? .device
    }

    /// Whether a directory of a layer is there only because something lies in it (see `TreeBuilder`).
    func isImplied(_ names: @autoclosure () -> [FileName], layer: Int) -> Bool {
        !implied[layer].isEmpty && implied[layer].contains(names())
    }
}
