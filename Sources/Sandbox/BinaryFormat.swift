internal import Glibc
internal import SystemPackage

/// An interpreter that the kernel starts for programs of some kind: how foreign programs run through qemu.
///
/// Linux, Documentation/admin-guide/binfmt-misc.rst. What is registered stands in a file of its own below
/// `/proc/sys/fs/binfmt_misc`.
public struct BinaryFormat: Hashable, Sendable {
    /// The name it is registered by, such as `qemu-aarch64`.
    public var name: String
    /// The program that the kernel starts.
    public var interpreter: String
    /// Whether it is in use.
    public var isEnabled: Bool
    /// Whether the interpreter was opened when it was registered (flag `F`). Else it is looked for in the file system of
    /// the process, where no image has it.
    public var isFixed: Bool

    private var offset: Int
    private var magic: [UInt8]
    private var mask: [UInt8]

    /// Reads the text that the kernel shows; nil where it is about names of files, or not understood.
    public init?(name: String, text: some StringProtocol) {
        self.name = name
        (interpreter, isEnabled, isFixed, offset, magic, mask) = ("", false, false, 0, [], [])
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            let value = words.count > 1 ? String(words[1]) : ""
            switch words.first {
            case "enabled": isEnabled = true
            case "interpreter": interpreter = value
            case "flags:": isFixed = value.contains("F")
            case "offset": offset = Int(value) ?? 0
            case "magic": magic = Self.bytes(value)
            case "mask": mask = Self.bytes(value)
            default: break
            }
        }
        guard !magic.isEmpty, offset >= 0, mask.isEmpty || mask.count == magic.count else { return nil }
    }

    /// Whether programs with this header are of the kind.
    public func matches(_ program: ProgramHeader) -> Bool {
        let bytes = program.bytes
        guard offset < bytes.count else { return false }
        // What is compared beyond the header is not known; it is none of the machine's.
        return zip(magic.indices, bytes[offset...]).allSatisfy { index, byte in
            (byte ^ magic[index]) & (mask.isEmpty ? 0xff : mask[index]) == 0
        }
    }

    /// What is registered on this machine, in the order of the names; none where the kernel or the mount is missing.
    public static func registered() -> [BinaryFormat] {
        let directory: FilePath = "/proc/sys/fs/binfmt_misc"
        guard let stream = unsafe directory.withPlatformString({ unsafe opendir($0) }) else { return [] }
        defer { unsafe closedir(stream) }
        var formats: [BinaryFormat] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !["register", "status"].contains(name), let component = FilePath.Component(name),
                component.kind == .regular, let text = SmallFile.read(directory.appending(component), limit: 65536),
                let format = BinaryFormat(name: name, text: text)
            else { continue }
            formats.append(format)
        }
        return formats.sorted { $0.name < $1.name }
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal.utf8)
        guard digits.count.isMultiple(of: 2) else { return [] }
        var result: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return []
            }
            result.append(byte)
        }
        return result
    }
}
