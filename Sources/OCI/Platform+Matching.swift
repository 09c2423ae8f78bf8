extension Platform {
    /// This platform and then all others whose programs it runs as well, the best first: an `arm/v7` runs `arm/v6`, an
    /// `arm64` runs `arm/v8`, an `amd64/v3` runs `amd64/v2`, an `amd64` runs `386`.
    ///
    /// The order is that of containerd's `platforms.Only`. An `arm64/v9.x` runs what is made for `v8.(x+5)`.
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
            let known = Self.arm64Versions[variant ?? "v8"]
            for (major, newest) in known ?? [] {
                for minor in (0...newest).reversed() {
                    let other = like("arm64", minor == 0 ? "v\(major)" : "v\(major).\(minor)")
                    if other != self { result.append(other) }
                }
            }
            if known != nil { result += (5...8).reversed().map { like("arm", "v\($0)") } }
        default: break
        }
        return result
    }

    /// The versions of `arm64` that one runs: of each major one up to which minor one (containerd's table).
    private static let arm64Versions: [String: [(major: Int, newest: Int)]] = {
        var versions: [String: [(major: Int, newest: Int)]] = [
            "v8": [(8, 0)], "v8.0": [(8, 0)], "v9": [(9, 0), (8, 5)], "v9.0": [(9, 0), (8, 5)],
        ]
        for minor in 1...9 { versions["v8.\(minor)"] = [(8, minor)] }
        for minor in 1...7 { versions["v9.\(minor)"] = [(9, minor), (8, min(minor + 5, 9))] }
        return versions
    }()

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
