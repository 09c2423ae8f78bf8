internal import Archive
internal import FileSystem

/// Which extended attributes belong to an image, and which are notes of overlayfs and of this program.
enum LayerAttributes {
    /// On a directory that hides what the lower layers have in it ("y"); overlayfs reads it with `userxattr`.
    static let opaque = "user.overlay.opaque"
    /// On an empty regular file that stands for a device node which this process may not make: "c 1 3".
    static let device = "user.slipway.device"

    /// Whether an attribute is part of the image: file capabilities and what users set. Labels of the host's security
    /// module are not, nor are `trusted.*`, which no user namespace can set.
    static func isKept(_ name: String) -> Bool {
        if name == "security.capability" { return true }
        return name.hasPrefix("user.") && !notes.contains { name.hasPrefix($0) }
    }

    private static let notes = ["user.overlay.", "user.fuseoverlayfs.", "user.slipway."]

    /// The value of `device` for a device node.
    static func encode(_ kind: FileKind, _ device: DeviceNumber) -> [UInt8] {
        Array("\(kind == .blockDevice ? "b" : "c") \(device.major) \(device.minor)".utf8)
    }

    /// The device node that a value of `device` stands for; nil when it is malformed.
    static func decode(_ value: [UInt8]) -> (kind: FileKind, device: DeviceNumber)? {
        let words = value.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, words[0] == "c" || words[0] == "b", let major = UInt32(words[1]),
            let minor = UInt32(words[2])
        else { return nil }
        return (words[0] == "b" ? .blockDevice : .characterDevice, DeviceNumber(major: major, minor: minor))
    }
}
