internal import Glibc
public import SystemPackage

/// The control group of one sandboxed process: a directory in each hierarchy that limits it. A process joins it by
/// ``ProcessSpecification/controlGroup``; who made it removes it when the process has ended.
public struct ControlGroup: Sendable, Hashable {
    /// The directories; for ``SandboxLauncher/cleanUpOnExit(_:)``, which removes them if this process dies.
    public let directories: [FilePath]

    /// How many processes the kernel has killed because they met the limit of memory.
    public var outOfMemoryKills: Int {
        directories.map { directory in
            let events =
                SmallFile.read(directory.appending("memory.events"))
                ?? SmallFile.read(directory.appending("memory.oom_control")) ?? ""
            return Self.count("oom_kill", in: events)
        }.max() ?? 0
    }

    /// Removes it. A directory that cannot be removed is returned.
    public func remove() -> [FilePath] {
        directories.filter { directory in
            unsafe directory.withPlatformString { unsafe rmdir($0) } != 0 && errno != ENOENT
        }
    }

    static func count(_ name: String, in text: String) -> Int {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return Int(words[1]) ?? 0 }
        }
        return 0
    }
}
