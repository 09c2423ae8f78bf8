internal import FileSystem
internal import OCI
internal import SystemPackage

/// The file `images.json` of a store: which name means which image, so that names outlive the index. It is an OCI image
/// index, as other tools have it in layouts; blobs and layers are files anyway.
///
/// It is written inside of the transaction that changes a name, so that two processes write it in the order in which they
/// change the index, and read where an index is made anew.
enum ImageNames {
    static let fileName = "images.json"
    /// What it is called until it is whole. There is one writer at a time, so a killed one's is simply written over.
    static let temporaryName: FileName = "images.json.new"
    /// Names of some ten thousand images.
    private static let greatestSize = 32 << 20

    static func path(_ root: FilePath) -> FilePath { root.appending(fileName) }

    /// Writes what the index says. To be called inside of a transaction.
    static func write(_ database: Database, store root: FilePath) throws(StoreError) {
        let entries = try database.rows("SELECT descriptor, name FROM images ORDER BY name IS NULL, name, digest") {
            row throws(StoreError) in
            let (bytes, name) = (row.bytes(0), row.optionalText(1))
            var descriptor = try storeErrors("an image record of the index") { try Descriptor(parsing: bytes) }
            descriptor.annotations[Annotation.imageName] = name
            return descriptor
        }
        try storeErrors("cannot write the names of the images") {
            let directory = try DirectoryHandle(root)
            if try directory.statusIfExists(of: temporaryName) != nil { try directory.removeFile(temporaryName) }
            let file = try directory.createFile(temporaryName)
            try file.closeAfter {
                try file.writeAll(ImageIndex(manifests: entries).encoded(), path: directory.pathOf(temporaryName))
                try file.synchronize(path: directory.pathOf(temporaryName))
            }
            guard let name = FileName(fileName) else { return }
            try directory.rename(temporaryName, to: name, in: directory)
            try directory.synchronize()
        }
    }

    /// The images and their names; none where there is no such file.
    ///
    /// - Throws: `invalidLayout` and the like for a file that is damaged.
    static func read(store root: FilePath) throws(StoreError) -> [(descriptor: Descriptor, name: ImageReference?)] {
        guard ContentStore.exists(path(root)) else { return [] }
        return try storeErrors("the file \(path(root))") {
            let file = try DirectoryHandle(root).openFile(beneath: FilePath(fileName))
            defer { file.closeAfterReading() }
            let bytes = try file.readAll(limit: greatestSize, path: path(root))
            return try ImageIndex(parsing: bytes).manifests.map { entry in
                var descriptor = entry
                let name = descriptor.annotations.removeValue(forKey: Annotation.imageName)
                return (descriptor, try name.map { text throws(OCIError) in try ImageReference(parsing: text) })
            }
        }
    }
}
