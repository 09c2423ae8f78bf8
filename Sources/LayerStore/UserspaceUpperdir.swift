internal import Archive
internal import FileSystem
public import SystemPackage

/// The upper directory that fuse-overlayfs leaves, which becomes one as the kernel's overlayfs makes it.
///
/// fuse-overlayfs marks a directory that hides what is below it by files, `.wh..wh..opq` and `.wh..opq`, and attributes of its
/// own; and where it may make no device nodes, a removed name by a file `.wh.NAME`.
public enum UserspaceUpperdir {
    private static let opaqueNames: Set<FileName> = [".wh..wh..opq", ".wh..opq"]
    private static let opaqueAttributes = ["trusted.overlay.opaque", "user.fuseoverlayfs.opaque"]

    /// Brings the directory into overlayfs' form. Nobody may write to it any more.
    ///
    /// - Throws: `FileSystemError`, `CancellationError`.
    public static func convert(_ upper: FilePath) throws {
        let top = try DirectoryHandle(upper)
        let form = try WhiteoutForm(in: top)
        var pending = [top]
        while let directory = pending.popLast() {
            try Task.checkCancellation()
            let time = try directory.status().mtime
            var isChanged = false
            var isOpaque = try opaqueAttributes.contains { try directory.extendedAttributes.get($0) != nil }
            for entry in try directory.sortedEntries() {
                if opaqueNames.contains(entry.name) {
                    try directory.removeFile(entry.name)
                    (isOpaque, isChanged) = (true, true)
                } else if case .removes(let name) = Whiteout(entry.name) {
                    if form == .file { continue }
                    try directory.removeFile(entry.name)
                    isChanged = true
                    if try directory.statusIfExists(of: name) == nil { try form.make(of: name, in: directory) }
                } else if try directory.status(of: entry.name).kind == .directory {
                    pending.append(try directory.openDirectory(entry.name))
                }
            }
            if isOpaque { try directory.extendedAttributes.set(LayerAttributes.opaque, to: [UInt8(ascii: "y")]) }
            if isChanged { try directory.setTimes(time) }
        }
    }
}
