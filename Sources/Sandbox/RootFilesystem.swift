public import SystemPackage

/// What a sandboxed process sees as `/`. Paths are the host's (or slipway's user namespace's), absolute.
public enum RootFilesystem: Sendable, Hashable {
    /// An overlay of unpacked layers, topmost first, whose changes land in `upper`.
    ///
    /// `upper` and `work` must be empty directories on one filesystem, used for this process only: the overlay is
    /// mounted `volatile`, so that unmounting does not flush the whole filesystem; who keeps `upper` syncs it.
    /// Whiteouts are character devices 0:0, an opaque directory has the xattr `user.overlay.opaque` = `y`.
    /// `lower` may be empty: `FROM scratch`.
    case overlay(lower: [FilePath], upper: FilePath, work: FilePath)
    /// The same, served by a program; not for a sandbox whose mounts are layers.
    case userspaceOverlay(UserspaceOverlay)
    /// Unpacked layers, topmost first; read-only.
    case readOnlyLayers([FilePath])
    /// A directory as it is; changes land in it.
    case directory(FilePath)
}
