import FileSystem
import Glibc
import SystemPackage

/// A stream socket with a path (unix(7)).
///
/// An address holds 107 bytes of path. A longer one is reached through its directory, opened, by way of /proc/self/fd.
struct LocalSocket {
    let descriptor: FileDescriptor

    private static func make() throws -> FileDescriptor {
        let result = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard result >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: result)
    }

    /// Connects to whoever listens at `path`.
    static func connect(to path: FilePath) throws -> LocalSocket {
        let socket = LocalSocket(descriptor: try make())
        do {
            try unsafe withAddress(of: path) { address, size in
                unsafe Glibc.connect(socket.descriptor.rawValue, address, size)
            }
        } catch {
            socket.close()
            throw error
        }
        return socket
    }

    /// Makes the file `path`, which must not exist, with this mode and owner, and listens there.
    static func listen(at path: FilePath, mode: UInt16, uid: UInt32, gid: UInt32) throws -> LocalSocket {
        let socket = LocalSocket(descriptor: try make())
        do {
            try unsafe withAddress(of: path) { address, size in unsafe bind(socket.descriptor.rawValue, address, size) }
            // Nobody can connect before somebody listens, so the mode is right in time.
            if let last = path.lastComponent, let name = FileName(last) {
                let directory = try DirectoryHandle(path.removingLastComponent())
                // Where there is one id only, whoever looks is that one.
                if directory.owners == .inode { try directory.setOwner(of: name, uid: uid, gid: gid) }
                try directory.setMode(of: name, to: mode)
            }
            guard Glibc.listen(socket.descriptor.rawValue, 64) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            socket.close()
            throw error
        }
        return socket
    }

    /// The next connection; nil when the socket was shut down.
    func accept() -> LocalSocket? {
        while true {
            let result = Glibc.accept(descriptor.rawValue, nil, nil)
            if result >= 0 {
                _ = fcntl(result, F_SETFD, FD_CLOEXEC)
                return LocalSocket(descriptor: FileDescriptor(rawValue: result))
            }
            // Who hung up while waiting is nobody's concern.
            guard [EINTR, ECONNABORTED].contains(errno) else { return nil }
        }
    }

    /// Ends what waits for the other side, now and later; the descriptor stays taken.
    func shutDown() { _ = Glibc.shutdown(descriptor.rawValue, Int32(SHUT_RDWR)) }

    /// Tells the other side that nothing more comes.
    func endWriting() { _ = Glibc.shutdown(descriptor.rawValue, Int32(SHUT_WR)) }

    func close() { descriptor.closeAfterReading() }

    /// Reads exactly `count` bytes; nil at the end of the stream or when it breaks.
    func read(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let part = readSome(count - bytes.count), !part.isEmpty else { return nil }
            bytes += part
        }
        return bytes
    }

    /// Reads what is there, `limit` bytes at most, and waits for the first; empty at the end, nil when it breaks.
    func readSome(_ limit: Int) -> [UInt8]? {
        while true {
            var result = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                unsafe result = recv(descriptor.rawValue, buffer.baseAddress, buffer.count, 0)
                count = max(0, result)
            }
            if result >= 0 { return bytes }
            guard errno == EINTR else { return nil }
        }
    }

    /// Writes all of it; false when the other side has gone.
    func write(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let result = unsafe bytes.withUnsafeBytes { buffer in
                unsafe buffer.baseAddress.map { start in
                    unsafe send(descriptor.rawValue, start + done, buffer.count - done, Int32(MSG_NOSIGNAL))
                } ?? 0
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { return false }
            done += result
        }
        return true
    }

    private static func withAddress(
        of path: FilePath, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard let last = path.lastComponent else { throw Errno.invalidArgument }
        let directory =
            path.length < capacity
            ? nil
            : try FileDescriptor.open(
                path.removingLastComponent(), .readOnly, options: [.directory, .closeOnExec])
        defer { directory?.closeAfterReading() }
        let short = directory.map { FilePath("/proc/self/fd/\($0.rawValue)").appending(last) } ?? path
        guard short.length < capacity else { throw Errno.fileNameTooLong }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { destination in
            unsafe short.withPlatformString { source in
                unsafe destination.copyMemory(
                    from: UnsafeRawBufferPointer(start: source, count: short.length))
            }
        }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
