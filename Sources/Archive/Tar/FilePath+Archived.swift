internal import FileSystem
internal import SystemPackage

extension FilePath {
    /// The path which an archive calls `name`: relative to the archive's root, without `.` components and without NUL.
    /// `..` stays.
    init(archived name: [UInt8]) {
        if !name.needsCleaning {
            self.init(bytes: name)
            return
        }
        var clean: [UInt8] = []
        clean.reserveCapacity(name.count)
        for component in name.split(separator: UInt8(ascii: "/")) where component != [UInt8(ascii: ".")] {
            if !clean.isEmpty { clean.append(UInt8(ascii: "/")) }
            clean += component
        }
        self.init(bytes: clean)
    }
}

extension [UInt8] {
    /// Whether the first component or any other is empty or ".".
    fileprivate var needsCleaning: Bool {
        var isAtStart = true
        for (index, byte) in enumerated() {
            if isAtStart {
                if byte == UInt8(ascii: "/") { return true }
                if byte == UInt8(ascii: "."), index + 1 == count || self[index + 1] == UInt8(ascii: "/") { return true }
            }
            isAtStart = byte == UInt8(ascii: "/")
        }
        return false
    }
}
