import Glibc
import SystemPackage

/// Files of /proc and /etc that are read whole.
enum SmallFile {
    /// The text of a file, nil if it cannot be read. Invalid UTF-8 is repaired; at most `limit` bytes are read.
    static func read(_ path: FilePath, limit: Int = 4 << 20) -> String? {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? descriptor.close() }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let part = try? unsafe [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
                count = try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard let part else { return nil }
            if part.isEmpty { break }
            bytes += part
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SmallFile {
    /// Makes a directory, for nobody but its owner.
    static func makeDirectory(_ path: FilePath) throws(SandboxError) {
        let result = unsafe path.withPlatformString { unsafe mkdir($0, 0o700) }
        if result != 0 {
            throw SandboxError(.system, "cannot make the directory \(path)", cause: Errno(rawValue: errno))
        }
    }
}
