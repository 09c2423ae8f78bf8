/// What an image runs on: `linux/amd64`, `linux/arm/v7`.
///
/// OCI image specification, image-index.md, "platform"; the spelling and the normalisation follow containerd's
/// `platforms` package, as all other tools do. Values made by `init(parsing:)` and `init(os:…)` are normalised, so that
/// `==` compares meanings: `linux/x86_64` is `linux/amd64`, `linux/arm64/v8` is `linux/arm64`, `linux/arm` is
/// `linux/arm/v7`.
public struct Platform: Hashable, Sendable {
    /// The operating system in Go's words: `linux`, `windows`, `darwin`.
    public let os: String
    /// The processor in Go's words: `amd64`, `arm64`, `arm`, `386`, `riscv64`.
    public let architecture: String
    /// The processor's variant: `v7`; nil when there is none or it goes without saying.
    public let variant: String?
    /// The version of the operating system, used by Windows.
    public let osVersion: String?
    /// Mandatory features of the operating system, used by Windows.
    public let osFeatures: [String]

    /// A platform, normalised.
    public init(
        os: String, architecture: String, variant: String? = nil, osVersion: String? = nil, osFeatures: [String] = []
    ) {
        self.os = Self.normalizedOS(os)
        (self.architecture, self.variant) = Self.normalized(architecture: architecture, variant: variant)
        self.osVersion = osVersion == "" ? nil : osVersion
        self.osFeatures = osFeatures
    }

    /// Reads `os`, `architecture`, `os/architecture` or `os/architecture/variant`; what is left out is the host's.
    /// The operating system may carry a version, `windows(10.0.17763)/amd64`.
    ///
    /// - Throws: `invalidPlatform`.
    public init(parsing text: String) throws(OCIError) {
        let failure = OCIError(
            .invalidPlatform,
            "invalid platform \(quoted(text)): expected os[/architecture[/variant]], such as linux/arm64")
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count) else { throw failure }
        var osVersion: String?
        if let parenthesis = parts[0].firstIndex(of: "("), parts[0].hasSuffix(")") {
            osVersion = String(parts[0][parenthesis...].dropFirst().dropLast())
            parts[0] = String(parts[0][..<parenthesis])
        }
        for part in parts {
            guard !part.isEmpty, part.utf8.allSatisfy({ $0.isLetterOrDigit || "_.-".utf8.contains($0) }) else {
                throw failure
            }
        }
        guard parts.count == 1 else {
            self.init(
                os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil, osVersion: osVersion)
            return
        }
        let os = Self.normalizedOS(parts[0])
        if Self.knownSystems.contains(os) {
            self.init(
                os: os, architecture: Self.host.architecture, variant: Self.host.variant, osVersion: osVersion)
            return
        }
        let processor = Self.normalized(architecture: parts[0], variant: nil)
        guard Self.knownArchitectures.contains(processor.architecture) else {
            throw OCIError(
                .invalidPlatform,
                "invalid platform \(quoted(text)): unknown operating system or architecture")
        }
        self.init(os: Self.host.os, architecture: processor.architecture, variant: processor.variant)
    }

    /// The platform that this program was built for.
    public static let host: Platform = {
        #if arch(x86_64)
            Platform(os: "linux", architecture: "amd64")
        #elseif arch(arm64)
            Platform(os: "linux", architecture: "arm64")
        #elseif arch(arm)
            Platform(os: "linux", architecture: "arm")
        #elseif arch(riscv64)
            Platform(os: "linux", architecture: "riscv64")
        #elseif arch(powerpc64le)
            Platform(os: "linux", architecture: "ppc64le")
        #elseif arch(s390x)
            Platform(os: "linux", architecture: "s390x")
        #else
            #error("name this processor in Go's words")
        #endif
    }()

    private static let knownSystems: Set<String> = [
        "aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "netbsd", "openbsd",
        "plan9", "solaris", "wasip1", "windows",
    ]

    private static let knownArchitectures: Set<String> = [
        "386", "amd64", "arm", "arm64", "loong64", "mips", "mipsle", "mips64", "mips64le", "ppc64", "ppc64le",
        "riscv64", "s390x", "wasm",
    ]

    private static func normalizedOS(_ os: String) -> String {
        let os = os.lowercased()
        return os == "macos" ? "darwin" : os
    }

    private static func normalized(
        architecture: String, variant: String?
    ) -> (architecture: String, variant: String?) {
        let variant = variant?.lowercased() ?? ""
        func nilIfEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
        switch architecture.lowercased() {
        case "i386", "386": return ("386", nil)
        case "x86_64", "x86-64", "amd64": return ("amd64", variant == "v1" ? nil : nilIfEmpty(variant))
        case "aarch64", "arm64":
            switch variant {
            case "", "8", "v8", "v8.0": return ("arm64", nil)
            case "9", "9.0", "v9.0": return ("arm64", "v9")
            default: return ("arm64", variant)
            }
        case "armhf": return ("arm", "v7")
        case "armel": return ("arm", "v6")
        case "arm":
            switch variant {
            case "", "7": return ("arm", "v7")
            case "5", "6", "8": return ("arm", "v" + variant)
            default: return ("arm", variant)
            }
        case let other: return (other, nilIfEmpty(variant))
        }
    }
}

extension Platform: CustomStringConvertible {
    /// `os/architecture[/variant]`, as TARGETPLATFORM reads.
    public var description: String { os + "/" + architecture + (variant.map { "/" + $0 } ?? "") }
}

extension Platform {
    init?(_ reader: JSONReader) throws(OCIError) {
        guard reader.value != nil else { return nil }
        self.init(
            os: try reader.member("os").string() ?? "",
            architecture: try reader.member("architecture").string() ?? "",
            variant: try reader.member("variant").string(),
            osVersion: try reader.member("os.version").string(),
            osFeatures: try reader.member("os.features").strings())
    }

    /// The platform as it stands in a descriptor.
    public var json: JSONValue {
        var result: JSONValue = ["architecture": .string(architecture), "os": .string(os)]
        if let variant { result["variant"] = .string(variant) }
        if let osVersion { result["os.version"] = .string(osVersion) }
        if !osFeatures.isEmpty { result["os.features"] = .strings(osFeatures) }
        return result
    }
}
