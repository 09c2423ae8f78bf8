public import Dockerfile
public import SystemPackage

/// Where the files of a context come from.
public enum ContextSource: Sendable, Hashable {
    /// A directory of this machine.
    case directory(FilePath)
    /// A tar archive of this machine, compressed or not.
    case archive(FilePath)
    /// A tar archive that comes in: what was read of it already, and where the rest is.
    case stream([UInt8], FileDescriptor)
    /// A git repository.
    case git(GitAddress)
    /// An HTTP or HTTPS address: of a tar archive, or of a Dockerfile that gets along without a context.
    case web(String)
}
