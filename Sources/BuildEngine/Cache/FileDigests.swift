import ContentStore
import FileSystem
import OCI
import SystemPackage

/// The digests of files' contents, computed on all processors.
struct FileDigests {
    /// Files are read in pieces of this many bytes.
    private static let chunkSize = 1 << 20

    /// Hashes files in the order given.
    ///
    /// Throws ``BuildError`` for a file that cannot be read or is not a regular file any more.
    static func compute(_ paths: [FileLocation]) async throws -> [Digest] {
        guard paths.count > 1 else { return try paths.map(digest) }
        let width = 4
        let slice = (paths.count + width - 1) / width
        return try await withThrowingTaskGroup(of: (Int, [Digest]).self) { group in
            for start in stride(from: 0, to: paths.count, by: slice) {
                let part = paths[start..<min(start + slice, paths.count)]
                group.addTask {
                    var digests: [Digest] = []
                    for path in part {
                        try Task.checkCancellation()
                        digests.append(try digest(path))
                    }
                    return (start, digests)
                }
            }
            var parts: [(Int, [Digest])] = []
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    private static func digest(_ path: FileLocation) throws -> Digest {
        do {
            let file = try path.open()
            defer { file.closeAfterReading() }
            var digester = Digester()
            try unsafe withUnsafeTemporaryAllocation(byteCount: chunkSize, alignment: 16) { buffer in
                while true {
                    let count = try unsafe file.read(into: buffer)
                    if count == 0 { return }
                    unsafe digester.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            }
            return digester.finalize()
        } catch let error as Errno {
            throw BuildError(.copyFailed, "cannot read \(path.description)", cause: error)
        }
    }
}
