import ArgumentParser
import ContentStore
import OCI

/// `--platform` of the commands that look at one image.
struct PlatformFlag: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: .init("Which image of one for several platforms; that for this machine without.", valueName: "platform"),
        completion: .platforms)
    var platform: String?

    /// The platform that was asked for.
    func value() throws(CommandLineError) -> Platform? { try Self.parse(platform) }

    static func parse(_ text: String?) throws(CommandLineError) -> Platform? {
        guard let text, !text.isEmpty else { return nil }
        return try BuildOptions.platform(text[...])
    }
}

extension ContentStore {
    /// The image of a record for a platform.
    ///
    /// Without a platform that of this machine, or the only one there is. With one, an image of another platform is refused.
    func image(_ record: ImageRecord, for platform: Platform?) throws(StoreError) -> ResolvedImage {
        try image(record.descriptor, for: platform)
    }

    /// The image that a descriptor of an index or a manifest means for a platform.
    func image(_ descriptor: Descriptor, for platform: Platform?) throws(StoreError) -> ResolvedImage {
        guard let platform else {
            do throws(StoreError) {
                return try resolve(descriptor, platform: .host)
            } catch  where error.code == .noSuchPlatform {
                let offers = Set(try index(descriptor).platforms)
                guard offers.count == 1, let only = offers.first else { throw error }
                return try resolve(descriptor, platform: only)
            }
        }
        let image = try resolve(descriptor, platform: platform)
        let actual = image.configuration.platform
        guard platform.runs(actual) else {
            throw StoreError(.noSuchPlatform, "the image is not available for \(platform), only for \(actual)")
        }
        return image
    }
}
