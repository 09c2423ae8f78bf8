public import SystemPackage

/// A system call on a file failed.
///
/// The description is a sentence for the user, in the words of the shell: "cannot open /etc/shadow: Permission denied".
public struct FileSystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the kernel answered.
    public var code: Errno
    /// What was tried, a verb that fits after "cannot": "open", "create the directory".
    public var operation: String
    /// The file it was tried on, as the caller named it.
    public var path: FilePath

    /// Makes an error from the kernel's answer, the verb and the file.
    public init(_ code: Errno, operation: String, path: FilePath) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// "cannot open /x: Permission denied".
    public var description: String { "cannot \(operation) \(path): \(code)" }

    /// True when the file, or a directory on the way to it, does not exist.
    public var isNotFound: Bool { code == .noSuchFileOrDirectory || code == .notDirectory }
}

/// Turns the answer of a CFileSystem function, a result or the negative of errno, into a result or an error.
@inline(__always)
func checked<Result: FixedWidthInteger & SignedInteger>(
    _ result: Result, _ operation: @autoclosure () -> String, _ path: @autoclosure () -> FilePath
) throws(FileSystemError) -> Result {
    if result >= 0 { return result }
    throw FileSystemError(Errno(rawValue: CInt(-result)), operation: operation(), path: path())
}
