internal import SystemPackage

extension FilePath {
    /// The path's bytes without the final NUL.
    var bytes: [UInt8] {
        unsafe withPlatformString { start in
            let text = unsafe UnsafeRawBufferPointer(start: start, count: length)
            return unsafe [UInt8](text)
        }
    }

    /// The path of `bytes`, which contain no NUL. Repeated and final slashes disappear.
    init(bytes: Span<UInt8>) {
        var text: [CInterop.PlatformChar] = []
        text.reserveCapacity(bytes.count + 1)
        for index in bytes.indices { text.append(CInterop.PlatformChar(bitPattern: bytes[index])) }
        text.append(0)
        self.init(platformString: text)
    }

    /// The path which an archive calls `name`: relative to the archive's root, without `.` components and without NUL.
    /// `..` stays.
    init(archived name: [UInt8]) {
        var clean: [UInt8] = []
        clean.reserveCapacity(name.count)
        for component in name.split(separator: UInt8(ascii: "/")) where component != [UInt8(ascii: ".")] {
            if !clean.isEmpty { clean.append(UInt8(ascii: "/")) }
            clean += component
        }
        self.init(bytes: clean.span)
    }
}
