internal import CFileSystem
public import SystemPackage

/// One extended attribute: its full name, such as `security.capability` or `user.mime_type`, and its value.
public struct ExtendedAttribute: Hashable, Sendable {
    /// The name with its namespace.
    public var name: String
    /// The value, any bytes.
    public var value: [UInt8]

    /// Makes an attribute.
    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// The extended attributes of one file: of an open one, or of an entry of an open directory (then never followed).
///
/// A file system without extended attributes lists none, and refuses to set one with EOPNOTSUPP.
public struct ExtendedAttributes {
    private let descriptor: CInt
    private let name: FileName?
    private let path: () -> FilePath

    /// Those of an open file or directory. `path` is for messages.
    public init(of file: FileDescriptor, path: @autoclosure @escaping () -> FilePath) {
        descriptor = file.rawValue
        name = nil
        self.path = path
    }

    /// Those of an entry, whatever it is, symbolic links included.
    public init(of name: FileName, in directory: DirectoryHandle) {
        descriptor = directory.raw
        self.name = name
        path = { directory.pathOf(name) }
    }

    /// The names, in the order of the file system, which is none.
    public func names() throws(FileSystemError) -> [String] {
        let list = try unsafe value("list the extended attributes of", absent: []) { name, buffer, size in
            unsafe cfs_list_attributes(descriptor, name, buffer, size)
        }
        return (list ?? []).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of one, or nil when the file does not have it.
    public func get(_ key: String) throws(FileSystemError) -> [UInt8]? {
        try unsafe value("read the extended attribute \(key) of", absent: nil) { name, buffer, size in
            unsafe cfs_get_attribute(descriptor, name, key, buffer, size)
        }
    }

    /// All those whose name `isIncluded` accepts, sorted by name.
    public func all(where isIncluded: (String) -> Bool = { _ in true }) throws(FileSystemError) -> [ExtendedAttribute] {
        var result: [ExtendedAttribute] = []
        for key in try names().sorted() where isIncluded(key) {
            guard let value = try get(key) else { continue }
            result.append(ExtendedAttribute(name: key, value: value))
        }
        return result
    }

    /// Sets one, replacing its value.
    public func set(_ key: String, to value: [UInt8]) throws(FileSystemError) {
        let result = unsafe withName { name in
            unsafe value.withUnsafeBytes { unsafe cfs_set_attribute(descriptor, name, key, $0.baseAddress, $0.count) }
        }
        _ = try checked(result, "set the extended attribute \(key) of", path())
    }

    /// Removes one; a file that does not have it is left as it is.
    public func remove(_ key: String) throws(FileSystemError) {
        let result = unsafe withName { unsafe cfs_remove_attribute(descriptor, $0, key) }
        if result == -Errno.noData.rawValue { return }
        _ = try checked(result, "remove the extended attribute \(key) of", path())
    }

    @inline(__always)
    private func withName<Result>(_ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let name else { return body(nil) }
        return unsafe name.withCString { unsafe body($0) }
    }

    /// Asks with a small buffer first, then for the size when it was too small, until it fits.
    private func value(
        _ operation: @autoclosure () -> String, absent: [UInt8]?,
        _ ask: (UnsafePointer<CChar>?, UnsafeMutableRawPointer?, Int) -> Int64
    ) throws(FileSystemError) -> [UInt8]? {
        var capacity = 256
        while true {
            var result: Int64 = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                result = unsafe withName { unsafe ask($0, buffer.baseAddress, capacity) }
                count = max(0, Int(result))
            }
            switch -result {
            case Int64(Errno.outOfRange.rawValue):
                capacity = Int(try checked(unsafe withName { unsafe ask($0, nil, 0) }, operation(), path())) + 64
            case Int64(Errno.noData.rawValue), Int64(Errno.notSupportedOnSocket.rawValue):
                return absent
            default:
                _ = try checked(result, operation(), path())
                return bytes
            }
        }
    }
}

extension DirectoryHandle {
    /// The extended attributes of this directory.
    public var extendedAttributes: ExtendedAttributes { ExtendedAttributes(of: fileDescriptor, path: self.path) }

    /// The extended attributes of the entry `name` itself.
    public func extendedAttributes(of name: FileName) -> ExtendedAttributes {
        ExtendedAttributes(of: name, in: self)
    }
}
