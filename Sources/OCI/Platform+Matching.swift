extension Platform {
    /// This platform and then all others whose programs it runs as well, the best first: an `arm/v7` runs `arm/v6`, an
    /// `arm64` runs `arm/v8`, an `amd64/v3` runs `amd64/v2`, an `amd64` runs `386`.
    ///
    /// The order is that of containerd's `platforms.Only`.
    public var runnable: [Platform] {
        func like(_ architecture: String, _ variant: String? = nil) -> Platform {
            Platform(os: os, architecture: architecture, variant: variant, osVersion: osVersion, osFeatures: osFeatures)
        }
        func variantNumber() -> Int? {
            guard let variant, variant.first == "v" else { return nil }
            return Int(variant.dropFirst())
        }
        var result = [self]
        switch architecture {
        case "amd64":
            if let number = variantNumber(), (2...9).contains(number) {
                result += (1..<number).reversed().map { like("amd64", "v\($0)") }
            }
            result.append(like("386"))
        case "arm":
            if let number = variantNumber(), (6...8).contains(number) {
                result += (5..<number).reversed().map { like("arm", "v\($0)") }
            }
        case "arm64":
            if variant != nil { result.append(like("arm64")) }
            result += (5...8).reversed().map { like("arm", "v\($0)") }
        default: break
        }
        return result
    }

    /// Whether a machine of this platform runs what is made for `other`.
    public func runs(_ other: Platform) -> Bool { rank(of: other) != nil }

    /// How well `other` suits a machine of this platform: 0 is exactly right, more is worse, nil does not run at all.
    public func rank(of other: Platform) -> Int? {
        // A version of the operating system matters only to who asks for one.
        guard osVersion == nil || other.osVersion == nil || osVersion == other.osVersion else { return nil }
        return runnable.firstIndex {
            $0.os == other.os && $0.architecture == other.architecture && $0.variant == other.variant
        }
    }

    /// The offset of the one of `offers` that suits this platform best, the first of equals; nil when none runs.
    public func best(of offers: [Platform?]) -> Int? {
        var best: (offset: Int, rank: Int)?
        for (offset, offer) in offers.enumerated() {
            guard let offer, let rank = rank(of: offer) else { continue }
            if rank < best?.rank ?? .max { best = (offset, rank) }
        }
        return best?.offset
    }
}
