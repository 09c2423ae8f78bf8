import OCI
import SystemPackage

/// One `--build-context NAME=…`.
struct BuildContextSpecification: Equatable, Sendable {
    enum Source: Equatable, Sendable {
        /// A directory, an archive, a git repository or an address.
        case files(BuildOptions.Context)
        /// An OCI image layout in a directory; one image of it by tag or digest.
        case layout(FilePath, tag: String?, digest: Digest?)
        case image(ImageReference)
    }

    /// In the familiar form without `:latest`, as Dockerfiles name stages and images.
    var name: String
    var source: Source

    init(parsing text: String) throws(CommandLineError) {
        let pair = text.splitOnce("=")
        guard let value = pair.after, !pair.before.isEmpty, !value.isEmpty else {
            throw CommandLineError(
                "--build-context: \"\(text)\" is not NAME=SOURCE",
                help: "the source is a directory, an archive, a git or HTTP address, oci-layout://PATH or "
                    + "docker-image://REFERENCE")
        }
        name = try Self.normalized(pair.before)
        source = try Self.source(value)
    }

    private static func normalized(_ name: String) throws(CommandLineError) -> String {
        do {
            let familiar = try ImageReference(parsing: name).familiarName
            return familiar.hasSuffix(":latest") ? String(familiar.dropLast(":latest".count)) : familiar
        } catch {
            throw CommandLineError("--build-context: invalid name \"\(name)\": \(error)")
        }
    }

    private static func source(_ value: String) throws(CommandLineError) -> Source {
        if let rest = value.removingPrefix("docker-image://") {
            do { return .image(try ImageReference(parsing: rest)) } catch {
                throw CommandLineError("--build-context: \(error)")
            }
        }
        if let rest = value.removingPrefix("oci-layout://") { return try layout(rest) }
        if value.hasPrefix("target:") {
            throw CommandLineError(
                "--build-context: \"\(value)\": targets of a bake file are not known here",
                help: "use a stage of the Dockerfile, or build that target to an OCI layout first")
        }
        return .files(try BuildOptions.context(value.removingPrefix("local:") ?? value))
    }

    /// `PATH[:tag][@digest]`; a colon followed by a slash later belongs to the path.
    private static func layout(_ text: String) throws(CommandLineError) -> Source {
        var path = text[...]
        var digest: Digest?
        if let at = path.lastIndex(of: "@") {
            let rest = path[path.index(after: at)...]
            if rest.contains(":"), !rest.contains("/") {
                do { digest = try Digest(parsing: String(rest)) } catch {
                    throw CommandLineError("--build-context: \(error)")
                }
                path = path[..<at]
            }
        }
        var tag: String?
        if let colon = path.lastIndex(of: ":"), !path[colon...].contains("/") {
            tag = String(path[path.index(after: colon)...])
            path = path[..<colon]
        }
        guard !path.isEmpty, tag != "" else {
            throw CommandLineError("--build-context: \"oci-layout://\(text)\" is not oci-layout://PATH[:tag|@digest]")
        }
        return .layout(FilePath(String(path)), tag: tag, digest: digest)
    }
}

extension String {
    /// What follows `prefix`, or `nil` if the text does not begin with it.
    func removingPrefix(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
