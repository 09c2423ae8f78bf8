import SystemPackage

/// One `--volume HOST:CONTAINER[:ro]`.
struct VolumeSpecification: Equatable, Sendable {
    var source: FilePath
    /// Absolute.
    var target: FilePath
    var isReadOnly = false

    init(parsing text: String) throws(CommandLineError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts[0].isEmpty else {
            throw CommandLineError("--volume: \"\(text)\" is not HOST:CONTAINER[:ro]")
        }
        guard parts[0].hasPrefix("/") || parts[0].hasPrefix(".") else {
            throw CommandLineError(
                "--volume: named volumes are not supported: \"\(parts[0])\"", help: "begin a path with / or ./")
        }
        guard parts[1].hasPrefix("/") else {
            throw CommandLineError("--volume: \"\(parts[1])\" is not an absolute path")
        }
        source = FilePath(parts[0])
        target = FilePath(parts[1])
        guard parts.count == 3 else { return }
        for option in parts[2].split(separator: ",") {
            switch option {
            case "ro": isReadOnly = true
            // Labels of SELinux and ways of propagation that change nothing here.
            case "rw", "z", "Z", "rprivate", "private": break
            default: throw CommandLineError("--volume: \"\(option)\" is not supported", help: "use ro or rw")
            }
        }
    }
}
