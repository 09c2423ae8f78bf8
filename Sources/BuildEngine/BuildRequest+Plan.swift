import Archive
public import BuildGraph
import Dockerfile
import OCI

extension BuildRequest {
    /// The platforms to build for; at least one.
    var targetPlatforms: [Platform] { platforms.isEmpty ? [plan.targetPlatform] : platforms }

    /// What shapes the graph, its named contexts included.
    public var planOptions: PlanOptions {
        var options = plan
        options.namedContexts = namedContexts.mapValues(\.plan)
        return options
    }

    /// Whether the result is an index: for several platforms, or where the build argument `BUILDKIT_MULTI_PLATFORM` says
    /// so.
    var isMultiPlatform: Bool {
        platforms.count > 1
            || ["1", "t", "true"].contains(plan.buildArguments["BUILDKIT_MULTI_PLATFORM"]?.lowercased())
    }

    /// How the layers of the first image that is exported are compressed; nil without one.
    var imageCompression: Compression? {
        exports.lazy.compactMap { export in
            switch export.kind {
            case .image, .ociLayout, .dockerArchive: export.compression
            case .tar, .local: nil
            }
        }.first
    }

    /// What planning for one of the platforms is asked for.
    func planOptions(for platform: Platform, ignoring patterns: IgnorePatterns?) -> PlanOptions {
        var options = planOptions
        options.targetPlatform = platform
        options.namesPlatform = platforms.count > 1
        options.ignorePatterns = patterns
        return options
    }
}

extension BuildRequest.NamedContext {
    fileprivate var plan: PlanOptions.NamedContext {
        switch self {
        case .files: .directory
        case .image(let source): .image(source)
        }
    }
}
