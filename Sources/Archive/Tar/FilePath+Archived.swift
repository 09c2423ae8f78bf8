internal import SystemPackage

extension FilePath {
    /// The path which an archive calls `name`: relative to the archive's root, without `.` components and without NUL.
    /// `..` stays.
    init(archived name: [UInt8]) {
        // One pass over the bytes, since a layer has tens of thousands of paths.
        var text: [CInterop.PlatformChar] = []
        text.reserveCapacity(name.count + 1)
        if name.needsCleaning {
            for component in name.split(separator: UInt8(ascii: "/")) where component != [UInt8(ascii: ".")] {
                if !text.isEmpty { text.append(CInterop.PlatformChar(bitPattern: UInt8(ascii: "/"))) }
                for byte in component { text.append(CInterop.PlatformChar(bitPattern: byte)) }
            }
        } else {
            for byte in name { text.append(CInterop.PlatformChar(bitPattern: byte)) }
        }
        text.append(0)
        self.init(platformString: text)
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
