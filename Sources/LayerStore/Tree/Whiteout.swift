internal import Archive
internal import FileSystem

/// What the names of whiteouts say (OCI image specification, layer.md, "Whiteouts").
enum Whiteout {
    /// An ordinary name.
    case none
    /// `.wh.<name>`: the lower layers' entry of that name is removed.
    case removes(FileName)
    /// `.wh..wh..opq`: everything the lower layers have in this directory is removed.
    case opaque
    /// `.wh..wh.<anything else>`: what aufs kept for itself; no part of the image.
    case reserved
    /// `.wh.` alone, or with a name that is none.
    case invalid

    static let prefix = Array(".wh.".utf8)
    static let opaqueName: FileName = ".wh..wh..opq"

    init(_ name: FileName) {
        guard name.hasWhiteoutPrefix else {
            self = .none
            return
        }
        let rest = name.bytes.dropFirst(Self.prefix.count)
        if name == Self.opaqueName {
            self = .opaque
        } else if rest.starts(with: Self.prefix) {
            self = .reserved
        } else if let name = FileName(bytes: rest) {
            self = .removes(name)
        } else {
            self = .invalid
        }
    }
}

extension FileName {
    /// True for every name that a layer's archive gives a special meaning.
    var hasWhiteoutPrefix: Bool { hasPrefix(Whiteout.prefix) }

    /// The name of the whiteout that removes this one; nil when that would be longer than a name can be.
    var whiteout: FileName? { FileName(bytes: Whiteout.prefix + bytes) }
}
