internal import Glibc
public import SystemPackage

/// One component of a path: bytes without `/` and NUL, neither empty nor `.` nor `..`, so that it cannot lead away
/// from the directory it is used in.
///
/// Held as a C string, so that a walk hands it to the kernel without a copy. Order is by unsigned bytes, like `LC_ALL=C`.
public struct FileName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bytes and a final NUL.
    @usableFromInline let storage: [CChar]

    /// From bytes; nil when they are no name.
    public init?(bytes: some Collection<UInt8>) {
        guard !bytes.isEmpty, !bytes.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") }) else { return nil }
        if bytes.count <= 2, bytes.allSatisfy({ $0 == UInt8(ascii: ".") }) { return nil }
        storage = [CChar](terminating: bytes)
    }

    /// From text; nil when it is no name.
    public init?(_ text: some StringProtocol) {
        self.init(bytes: Array(text.utf8))
    }

    /// From a path component; nil for `.` and `..`.
    public init?(_ component: FilePath.Component) {
        guard component.kind == .regular else { return nil }
        // A component holds neither a slash nor a NUL.
        storage = unsafe component.withPlatformString { start in
            unsafe [CChar](UnsafeBufferPointer(start: start, count: strlen(start) + 1))
        }
    }

    /// From what the kernel listed, which is a name by definition; nil for `.` and `..`.
    init?(listed name: UnsafePointer<CChar>) {
        let length = unsafe strlen(name)
        if length <= 2, unsafe name[0] == CChar(UInt8(ascii: ".")) {
            if unsafe length == 1 || name[1] == CChar(UInt8(ascii: ".")) { return nil }
        }
        storage = unsafe [CChar](UnsafeBufferPointer(start: name, count: length + 1))
    }

    /// The bytes, without a final NUL.
    public var bytes: [UInt8] { storage.dropLast().map { UInt8(truncatingIfNeeded: $0) } }

    /// The name as a path of one component.
    public var component: FilePath { unsafe storage.withUnsafeBufferPointer { unsafe FilePath(cString: $0) } }

    /// The name as text, with U+FFFD for what is not UTF-8.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// By unsigned bytes.
    public static func < (left: FileName, right: FileName) -> Bool {
        left.storage.lexicographicallyPrecedes(right.storage) {
            UInt8(truncatingIfNeeded: $0) < UInt8(truncatingIfNeeded: $1)
        }
    }

    /// Whether this name comes before `other` when a directory's name ends in a slash: the order of `TreeWalk`.
    public func precedes(_ other: FileName, selfIsDirectory: Bool, otherIsDirectory: Bool) -> Bool {
        let (left, right) = (storage, other.storage)
        var index = 0
        while left[index] == right[index], left[index] != 0 { index += 1 }
        let slash = UInt8(ascii: "/")
        func byte(_ storage: [CChar], _ isDirectory: Bool) -> UInt8 {
            storage[index] == 0 && isDirectory ? slash : UInt8(truncatingIfNeeded: storage[index])
        }
        return byte(left, selfIsDirectory) < byte(right, otherIsDirectory)
    }

    /// Whether the name begins with `prefix`.
    public func hasPrefix(_ prefix: [UInt8]) -> Bool {
        guard storage.count > prefix.count else { return false }
        return prefix.indices.allSatisfy { UInt8(truncatingIfNeeded: storage[$0]) == prefix[$0] }
    }

    /// Appends the bytes, without a NUL, to a path being built.
    public func append(to path: inout [UInt8]) {
        unsafe storage.withUnsafeBytes { unsafe path.append(contentsOf: $0.dropLast()) }
    }

    /// Lends the name as a C string.
    @inline(__always)
    func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe storage.withUnsafeBufferPointer { buffer throws(Failure) in
            // The array always holds at least the NUL, so it has an address.
            guard let start = buffer.baseAddress else { preconditionFailure("a file name without a terminator") }
            return try unsafe body(start)
        }
    }
}

extension FileName: ExpressibleByStringLiteral {
    /// For names written in the source; one that is no name is a mistake of the programmer's.
    public init(stringLiteral text: String) {
        guard let name = FileName(text) else { preconditionFailure("\"\(text)\" is no file name") }
        self = name
    }
}

extension FilePath {
    /// A path from a NUL-terminated buffer, byte for byte.
    init(cString buffer: UnsafeBufferPointer<CChar>) {
        guard let start = buffer.baseAddress else {
            self.init()
            return
        }
        unsafe self.init(platformString: start)
    }

    /// A path from bytes, cut at the first NUL.
    public init(bytes: some Sequence<UInt8>) {
        let terminated = [CChar](terminating: bytes)
        self = unsafe terminated.withUnsafeBufferPointer { unsafe FilePath(cString: $0) }
    }

    /// The bytes of the path, without a final NUL.
    public var bytes: [UInt8] { unsafe withPlatformString { unsafe [UInt8](nulTerminated: $0) } }
}

extension [UInt8] {
    init(nulTerminated start: UnsafePointer<CChar>) {
        self = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: strlen(start)))
    }
}

extension [CChar] {
    /// The bytes and a final NUL.
    init(terminating bytes: some Sequence<UInt8>) {
        self = []
        reserveCapacity(bytes.underestimatedCount + 1)
        let isCopied: Void? = bytes.withContiguousStorageIfAvailable { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe append(contentsOf: $0) }
        }
        if isCopied == nil { for byte in bytes { append(CChar(truncatingIfNeeded: byte)) } }
        append(0)
    }
}
