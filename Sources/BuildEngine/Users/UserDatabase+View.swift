public import LayerStore
import SystemPackage

extension UserDatabase {
    /// Larger files are not what the C library would read in reasonable time either.
    private static let sizeLimit = 8 << 20

    /// Reads the users of a file system.
    ///
    /// Throws what reading the layers throws; a file that is missing is no error.
    public init(of view: LayerView) throws {
        let passwd = try view.readFile("/etc/passwd", limit: Self.sizeLimit)
        let group = try view.readFile("/etc/group", limit: Self.sizeLimit)
        self.init(
            passwd: passwd.map { String(decoding: $0, as: UTF8.self) },
            group: group.map { String(decoding: $0, as: UTF8.self) })
    }
}
