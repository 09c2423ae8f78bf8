internal import CFileSystem

/// What a directory entry is.
public enum FileKind: UInt8, Sendable {
    case regular, directory, symbolicLink, characterDevice, blockDevice, fifo, socket

    /// From the letter of `cfs_kind`; nil when the kernel did not say.
    init?(letter: CChar) {
        switch UInt8(truncatingIfNeeded: letter) {
        case UInt8(ascii: "r"): self = .regular
        case UInt8(ascii: "d"): self = .directory
        case UInt8(ascii: "l"): self = .symbolicLink
        case UInt8(ascii: "c"): self = .characterDevice
        case UInt8(ascii: "b"): self = .blockDevice
        case UInt8(ascii: "p"): self = .fifo
        case UInt8(ascii: "s"): self = .socket
        default: return nil
        }
    }

    /// The S_IFMT bits for mknod.
    var bits: UInt32 {
        let letter: Character =
            switch self {
            case .regular: "r"
            case .directory: "d"
            case .symbolicLink: "l"
            case .characterDevice: "c"
            case .blockDevice: "b"
            case .fifo: "p"
            case .socket: "s"
            }
        return cfs_kind_bits(CChar(bitPattern: letter.asciiValue ?? 0))
    }
}
