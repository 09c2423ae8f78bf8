internal import FileSystem
internal import SystemPackage

/// The bytes of one file, read where they are wanted.
struct FileBytes {
    private enum Source {
        case memory([UInt8])
        case file(OpenFile)
    }

    /// How many there are.
    let count: Int
    private let source: Source

    init(_ bytes: [UInt8]) {
        count = bytes.count
        source = .memory(bytes)
    }

    init(_ file: OpenFile, count: Int) {
        self.count = count
        source = .file(file)
    }

    /// The bytes of a range; fewer where the file ends before.
    func bytes(at offset: Int, count wanted: Int) throws -> [UInt8] {
        guard offset >= 0, wanted > 0, offset < count else { return [] }
        let wanted = min(wanted, count - offset)
        switch source {
        case .memory(let bytes): return Array(bytes[offset..<offset + wanted])
        case .file(let file): return try file.bytes(at: offset, count: wanted)
        }
    }

    /// The bytes of a range that must be there as a whole.
    ///
    /// - Throws: `damaged` when the file ends before.
    func exactly(_ wanted: Int, at offset: Int, _ what: @autoclosure () -> String) throws -> [UInt8] {
        guard wanted >= 0, offset >= 0, offset <= count, wanted <= count - offset else {
            throw SBOMError.damaged("it ends before \(what())")
        }
        let found = try bytes(at: offset, count: wanted)
        guard found.count == wanted else { throw SBOMError.damaged("it ends before \(what())") }
        return found
    }

    /// All of it.
    ///
    /// - Throws: `tooLarge` when there are more than `limit` bytes.
    func all(limit: Int) throws -> [UInt8] {
        guard count <= limit else { throw SBOMError.tooLarge("it has \(count) bytes, more than \(limit)") }
        return try bytes(at: 0, count: count)
    }
}

/// A file that is open until nobody holds it any more.
final class OpenFile {
    private let descriptor: FileDescriptor

    init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { descriptor.closeAfterReading() }

    func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        var failure: (any Error)?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do {
                while filled < count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    let read = try unsafe descriptor.read(fromAbsoluteOffset: Int64(offset + filled), into: rest)
                    if read == 0 { return }
                    filled += read
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
