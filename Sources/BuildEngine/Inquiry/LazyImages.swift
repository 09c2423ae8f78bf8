import BuildGraph
import OCI
import Synchronization

/// Base images of a store that is opened when the first of them is asked for.
final class LazyImages: ImageResolver {
    private let opened = Mutex<BaseImages?>(nil)
    private let open: @Sendable () throws -> BaseImages

    init(open: @escaping @Sendable () throws -> BaseImages) { self.open = open }

    func resolve(_ source: ImageSource, platform: Platform) async throws -> BaseImage {
        let images = try opened.withLock { opened in
            let images = try opened ?? open()
            opened = images
            return images
        }
        return try await images.resolve(source, platform: platform)
    }
}
