internal import FileSystem
internal import SystemPackage

extension FilePath {
    /// A relative path of these names.
    init(names: some Sequence<FileName>) {
        var bytes: [UInt8] = []
        for name in names {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
            name.append(to: &bytes)
        }
        self.init(bytes: bytes)
    }
}
