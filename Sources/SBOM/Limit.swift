/// How much of an image is read at most. Whoever made an image may have wanted to harm who looks into it; real ones stay far
/// below.
enum Limit {
    /// Bytes of one text or JSON file: dpkg's status of a full desktop has 5 MiB.
    static let document = 64 << 20
    /// Bytes of a package database of rpm: 3,000 packages take 200 MiB.
    static let database = 1 << 30
    /// Bytes of the header of one package in rpm's database; rpm itself allows no more.
    static let rpmHeader = 256 << 20
    /// Packages of one image.
    static let packages = 500_000
    /// Sections or segments of an executable.
    static let sections = 20_000
    /// Bytes of what a Go or Rust binary says of its dependencies.
    static let buildInformation = 16 << 20
    /// Entries of one zip archive.
    static let archiveEntries = 500_000
    /// Bytes of the directory of one zip archive.
    static let archiveDirectory = 128 << 20
    /// Bytes of one manifest in a zip archive.
    static let manifest = 4 << 20
    /// Bytes of an archive within an archive.
    static let nestedArchive = 256 << 20
    /// Bytes that all archives within one file unpack to.
    static let unpacked = 1 << 30
    /// How deep archives lie in each other.
    static let nesting = 6
}
