public import SystemPackage

/// One mount inside a sandbox.
///
/// Targets are resolved inside the sandbox's root, as a chroot would: no symbolic link of the image leads a mount outside.
/// A missing target is created in the root (directories 0755, an empty file 0644), so who wants a clean `upper` provides
/// mount points in a stub layer. Host paths of sources are absolute and followed.
public enum SandboxMount: Sendable, Equatable {
    /// A file or directory of the host. `recursive` takes along what is mounted below it.
    case bind(source: FilePath, target: FilePath, readOnly: Bool = true, recursive: Bool = false)
    /// A directory or file `subpath` of a stack of layers (topmost first; it may have one layer or none), resolved inside
    /// that stack. With `scratch`, writes are allowed and land there; without, it is read-only.
    case layers([FilePath], subpath: FilePath = "/", target: FilePath, scratch: Scratch? = nil)
    /// An empty filesystem in memory. `size` in bytes, the kernel's default (half of the memory) if nil.
    case tmpfs(target: FilePath, size: UInt64? = nil, mode: UInt16 = 0o1777, readOnly: Bool = false)
    /// A file whose bytes live in memory only (never on disk, nor in swap where the kernel can promise it). What the
    /// process writes to one that is not read-only is lost.
    case file(
        bytes: [UInt8], target: FilePath, mode: UInt16 = 0o644, userID: UInt32 = 0, groupID: UInt32 = 0,
        readOnly: Bool = true)

    /// Where the writes to a stack of layers land: two empty directories on one filesystem, used once.
    public struct Scratch: Sendable, Hashable {
        /// Receives the changes.
        public var upper: FilePath
        /// The overlay's own.
        public var work: FilePath

        /// Two empty directories.
        public init(upper: FilePath, work: FilePath) {
            self.upper = upper
            self.work = work
        }
    }

    /// Where it is mounted, inside the root.
    public var target: FilePath {
        switch self {
        case .bind(_, let target, _, _), .layers(_, _, let target, _), .tmpfs(let target, _, _, _),
            .file(_, let target, _, _, _, _):
            target
        }
    }
}
