import OCI

/// Names of images, digests and platforms. What is read and written is read as the same.
enum ReferenceTarget {
    static func run(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        if let reference = try? ImageReference(parsing: text) {
            for name in [reference.canonicalName, reference.familiarName] {
                ByteTarget.require((try? ImageReference(parsing: name)) == reference, "\(text) became \(name)")
            }
            // A tag may have two dots: it is no part of a path.
            ByteTarget.require(!reference.canonicalRepository.contains(".."), "\(text) leads upwards")
        }
        if let digest = try? Digest(parsing: text) {
            ByteTarget.require((try? Digest(parsing: digest.description)) == digest, "\(text) became \(digest)")
            ByteTarget.require(digest.hex.allSatisfy { $0.isHexDigit }, "\(text) has other letters than digits")
        }
        if let platform = try? Platform(parsing: text) {
            // What is printed leaves out the version of the system.
            let printed = Platform(os: platform.os, architecture: platform.architecture, variant: platform.variant)
            ByteTarget.require((try? Platform(parsing: platform.description)) == printed, "\(text) became \(platform)")
        }
    }
}
