internal import FileSystem
internal import HTTP
internal import SystemPackage

/// Files that users and their tools wrote.
enum ConfigurationFile {
    /// Files larger than this, in bytes, are refused.
    static let maximumSize = 1 << 20

    /// The bytes of a file; nil where there is none.
    ///
    /// - Throws: `invalidConfiguration` for one that cannot be read or is too large.
    static func read(_ file: String) throws(RegistryError) -> [UInt8]? {
        let path = FilePath(file)
        let descriptor: FileDescriptor
        do { descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) } catch {
            if let code = error as? Errno, code == .noSuchFileOrDirectory || code == .notDirectory { return nil }
            throw RegistryError(.invalidConfiguration, "cannot open \(file): \(error)", cause: error)
        }
        defer { try? descriptor.close() }  // Only read from: nothing can be lost.
        do { return try descriptor.readAll(limit: maximumSize, path: path) } catch {
            throw RegistryError(.invalidConfiguration, "\(error)", cause: error)
        }
    }
}
