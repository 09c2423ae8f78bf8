/// Which frontend a build file asks for: an image that turns the file into build steps. Slipway is its own frontend for
/// Dockerfiles and runs no other.
public struct FrontendRequest: Sendable, Hashable {
    /// The image reference.
    public var reference: String
    /// Where it stands in the file; nil if it came from the build argument.
    public var range: SourceRange?

    /// Makes a request from its parts.
    public init(reference: String, range: SourceRange? = nil) {
        self.reference = reference
        self.range = range
    }

    /// The build argument that overrides what the file says.
    public static let buildArgument = "BUILDKIT_SYNTAX"

    /// The frontend a file asks for; nil if it asks for none.
    ///
    /// A value of the build argument wins. In the file it is the directive `# syntax=` or `// syntax=` among the first
    /// lines, or the member `syntax` of a file that is one JSON object; a first line `#!` is skipped. Only the text up
    /// to the first blank is the reference.
    public static func find(in source: SourceFile, buildArgument: String?) -> FrontendRequest? {
        let argument = buildArgument?.trimmingBlanks().split(separator: " ").first
        if let argument { return FrontendRequest(reference: String(argument)) }
        let bytes = source.bytes
        var start = 0
        if bytes.starts(with: "#!".utf8) { start = bytes.firstIndex(of: Byte.newline).map { $0 + 1 } ?? bytes.count }
        for marker in ["#", "//"] {
            if let value = directive(in: bytes[start...], marker: Array(marker.utf8)) {
                let reference = value.prefix { $0 != Byte.space }
                return FrontendRequest(
                    reference: String(decoding: reference, as: UTF8.self),
                    range: source.range(reference.startIndex..<reference.endIndex))
            }
        }
        guard let member = JSONArrayParser.member("syntax", ofObjectIn: bytes, start..<bytes.count) else { return nil }
        return FrontendRequest(reference: member.text, range: source.range(member.range))
    }

    /// Whether the reference means the Dockerfile frontend: `dockerfile.v0`, or an image `docker/dockerfile`,
    /// `docker/dockerfile-upstream` or the like under `moby`, of any registry (it may be a mirror) and any version.
    public var isDockerfile: Bool {
        let path = reference.split(separator: "@", omittingEmptySubsequences: false)[0]
        var components = path.split(separator: "/", omittingEmptySubsequences: false)
        let last = components.removeLast().split(separator: ":", omittingEmptySubsequences: false)[0]
        guard let owner = components.last else { return last == "dockerfile.v0" }
        return ["docker", "moby"].contains(owner) && ["dockerfile", "dockerfile-upstream"].contains(last)
    }

    /// Checks that a file asks for no frontend but the one for Dockerfiles.
    ///
    /// - Throws: an error at the place that asks for another.
    public static func check(_ source: SourceFile, buildArgument: String?) throws(DockerfileError) {
        guard let request = find(in: source, buildArgument: buildArgument), !request.isDockerfile else { return }
        let origin = request.range == nil ? "the build argument \(Self.buildArgument)" : "this file"
        throw DockerfileError(
            .unsupportedFrontend,
            "\(origin) asks for the frontend \(request.reference.quotedForMessage), which Slipway cannot run",
            help: "Slipway reads Dockerfiles itself; "
                + (request.range == nil
                    ? "leave the argument away" : "if this is one, remove the line or write docker/dockerfile:1"),
            at: request.range, in: source)
    }

    /// The value of the directive `syntax` among the directives at the start.
    private static func directive(in bytes: ArraySlice<UInt8>, marker: [UInt8]) -> ArraySlice<UInt8>? {
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: Byte.newline) ?? rest.endIndex
            let line = rest[..<end]
            guard line.starts(with: marker), let found = DirectiveParser.split(line.dropFirst(marker.count)),
                DirectiveParser.names.contains(found.key)
            else { return nil }
            if found.key == "syntax" { return found.value }
            rest = rest[end...].dropFirst()
        }
        return nil
    }
}
