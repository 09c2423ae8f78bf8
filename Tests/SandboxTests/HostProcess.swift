import Glibc
import SystemPackage

/// A program of the host's, with its output and errors in one pipe, in a process group of its own.
struct HostProcess {
    let process: pid_t
    private let output: FileDescriptor

    init(_ command: [String]) throws {
        let (readEnd, writeEnd) = try FileDescriptor.pipe()
        defer { try? writeEnd.close() }
        output = readEnd
        _ = fcntl(readEnd.rawValue, F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, writeEnd.rawValue, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, writeEnd.rawValue, 2)
        unsafe posix_spawn_file_actions_addclose(&actions, writeEnd.rawValue)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var vector = unsafe command.map { unsafe strdup($0) } + [nil]
        defer { unsafe vector.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let error = unsafe posix_spawn(&child, command[0], &actions, &attributes, &vector, environ)
        guard error == 0 else { throw Errno(rawValue: error) }
        process = child
    }

    /// Reads up to and including the next newline, or to the end.
    func readLine() -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe Glibc.read(output.rawValue, &byte, 1) == 1 {
            if byte == 10 { break }
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Reads to the end of the output and waits. Returns the wait status.
    func finish() -> (status: Int32, output: String) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe Glibc.read(output.rawValue, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        try? output.close()
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        return (status, String(decoding: bytes, as: UTF8.self))
    }
}
