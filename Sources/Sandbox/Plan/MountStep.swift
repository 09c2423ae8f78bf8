import SystemPackage

/// One step of making a sandbox's file tree, as the sandbox's first process executes it (`CSandbox/mounts.c`).
struct MountStep: Equatable {
    enum Operation: Equatable {
        /// The root: an overlay.
        case rootLayers(LayerStack, MountAttributes)
        /// The root: a directory.
        case rootDirectory(FilePath, MountAttributes)
        /// The root: what the program beside the sandbox serves.
        case rootServed(MountAttributes)
        /// A new filesystem of a kernel type; an option without a value is a flag.
        case filesystem(type: String, options: [(key: String, value: String)], target: FilePath, MountAttributes)
        case bind(source: FilePath, target: FilePath, MountAttributes)
        case layers(LayerStack, subpath: FilePath, target: FilePath, MountAttributes)
        case file(bytes: [UInt8], mode: UInt16, userID: UInt32, groupID: UInt32, target: FilePath, MountAttributes)
        case symbolicLink(contents: FilePath, path: FilePath)
        /// Something empty over a path, if it exists.
        case mask(FilePath)
        /// A path becomes read-only, if it exists.
        case seal(FilePath)

        static func == (left: Self, right: Self) -> Bool { String(describing: left) == String(describing: right) }
    }

    struct Flags: OptionSet {
        var rawValue: UInt32
        /// A failure is no error.
        static let optional = Flags(rawValue: 1)
        /// Only if the step before has failed.
        static let alternative = Flags(rawValue: 2)
        /// A bind takes along the mounts below its source.
        static let recursive = Flags(rawValue: 4)
        /// An overlay is mounted by mount(2), for Linux before 6.5.
        static let legacyOverlay = Flags(rawValue: 8)
    }

    var operation: Operation
    var flags: Flags = []
}

/// Attributes of one mount: `MOUNT_ATTR_*` of mount_setattr(2).
struct MountAttributes: OptionSet {
    var rawValue: UInt64
    static let readOnly = MountAttributes(rawValue: 1)
    static let noSetUserID = MountAttributes(rawValue: 2)
    static let noDevices = MountAttributes(rawValue: 4)
    static let noExecution = MountAttributes(rawValue: 8)
}

/// The directories of one overlay.
struct LayerStack: Equatable {
    /// Topmost first.
    var lower: [FilePath]
    var scratch: SandboxMount.Scratch?
}
