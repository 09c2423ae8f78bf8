import BuildEngine
import SystemPackage

extension OutputSpecification {
    /// Reads the value of `--output` as docker buildx does: `type=oci,dest=app.tar`; a bare path is `type=local`, `-` a
    /// tar archive on standard output.
    init(parsing text: String) throws(CommandLineError) {
        let fields = try CSVFields.parse(text)
        if fields.count == 1, !text.isEmpty, !text.hasPrefix("type="), fields[0] == text {
            self.init(
                kind: text == "-" ? .tar : .local, destination: text == "-" ? .standardOutput : .path(FilePath(text)))
            return
        }
        let pairs = try CSVFields.pairs(text, flag: "--output")
        guard let type = pairs.last(where: { $0.key == "type" })?.value, !type.isEmpty else {
            throw CommandLineError("--output: \"\(text)\" has no type", help: "add type=\(Self.kinds)")
        }
        guard let kind = Kind(rawValue: type) else {
            throw CommandLineError("--output: unknown type \"\(type)\"", help: "use \(Self.kinds)")
        }
        self.init(kind: kind)
        isPushed = kind == .registry
        for (key, value) in pairs where key != "type" && !CompressionSettings.keys.contains(key) {
            if !key.hasPrefix(AnnotationFlag.prefix) { try set(key, to: value) }
        }
        annotations = ImageAnnotations(try Self.annotations(fields, kind))
        try setCompression(pairs.filter { CompressionSettings.keys.contains($0.key) })
        try checkDestination()
        try checkPush()
    }

    private static var kinds: String { Kind.allCases.map(\.rawValue).joined(separator: "|") }

    private mutating func set(_ key: String, to value: String) throws(CommandLineError) {
        switch key {
        case "dest":
            guard !value.isEmpty else { throw CommandLineError("--output: dest is empty") }
            destination = value == "-" ? .standardOutput : .path(FilePath(value))
        case "name": names = value.split(separator: ",").map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        case "tar": isDirectory = try !Self.boolean(key, value)
        case "rewrite-timestamp": rewriteTimestamp = try Self.boolean(key, value)
        case "oci-artifact" where [.image, .registry, .oci].contains(kind):
            attachesArtifacts = try Self.boolean(key, value)
        case "oci-mediatypes" where kind == .oci:
            guard try Self.boolean(key, value) else {
                throw CommandLineError("--output: an OCI image layout has OCI media types", help: "use type=docker")
            }
        case "oci-mediatypes" where kind.isImage: hasDockerMediaTypes = try !Self.boolean(key, value)
        case "source-date-epoch" where value.isEmpty: hasNoEpoch = true
        case "source-date-epoch":
            guard let seconds = Int64(value), seconds >= 0 else {
                throw CommandLineError("--output: source-date-epoch=\(value) is not a number of seconds since 1970")
            }
            sourceDateEpoch = seconds
        case "push" where kind == .image || kind == .registry: isPushed = try Self.boolean(key, value)
        case "push-by-digest" where kind == .image || kind == .registry:
            isPushedByDigest = try Self.boolean(key, value)
            if isPushedByDigest, kind == .image { isPushed = true }
        case "store" where kind == .image: isNotStored = try !Self.boolean(key, value)
        // An image can always be had by its digest, and is unpacked when a step or a container needs it.
        case "name-canonical" where kind.isImage, "unpack" where kind == .image: _ = try Self.boolean(key, value)
        case "registry.insecure" where kind == .image || kind == .registry:
            if try Self.boolean(key, value) {
                throw CommandLineError(
                    "--output: registry.insecure is not supported", help: "name the registry in registries.toml")
            }
        default:
            throw CommandLineError("--output: \(key) is not supported for type=\(kind.rawValue)")
        }
    }

    private func checkPush() throws(CommandLineError) {
        guard isPushed || !isNotStored else {
            throw CommandLineError("--output: an image that is neither stored nor pushed is nowhere")
        }
    }

    /// `annotation[-TYPE][[PLATFORM]].KEY=VALUE`. Letters of the key stay as they are.
    private static func annotations(
        _ fields: [String], _ kind: Kind
    ) throws(CommandLineError) -> [ImageAnnotations.Note] {
        var notes: [ImageAnnotations.Note] = []
        for field in fields where field.trimmingBlanks().lowercased().hasPrefix(AnnotationFlag.prefix) {
            guard kind.isImage else {
                throw CommandLineError(
                    "--output: annotations are not supported for type=\(kind.rawValue)",
                    help: "its result has no manifest")
            }
            let pair = field.trimmingBlanks().splitOnce("=")
            notes.append(try AnnotationFlag.note(outputKey: pair.before, value: pair.after ?? ""))
        }
        return notes
    }

    private mutating func checkDestination() throws(CommandLineError) {
        switch kind {
        case .image, .registry, .cacheonly:
            guard destination == nil else { throw CommandLineError("--output: type=\(kind.rawValue) takes no dest") }
        case .docker where destination == nil && !isDirectory:
            // With docker this loads the image into the daemon. What corresponds to it here is the local store.
            kind = .image
        case .oci, .docker, .tar, .local:
            guard destination != nil else {
                throw CommandLineError("--output: type=\(kind.rawValue) needs dest=…")
            }
        }
        let canBeDirectory = kind == .oci || kind == .docker
        guard canBeDirectory || !isDirectory else {
            throw CommandLineError("--output: tar=false is not supported for type=\(kind.rawValue)")
        }
        if destination == .standardOutput, kind == .local || isDirectory {
            throw CommandLineError("--output: a directory cannot be written to standard output")
        }
    }

    private mutating func setCompression(_ pairs: [(key: String, value: String)]) throws(CommandLineError) {
        var settings = CompressionSettings()
        for (key, value) in pairs {
            guard kind.isImage else {
                throw CommandLineError(
                    "--output: \(key) is not supported for type=\(kind.rawValue)", help: "its result has no layers")
            }
            try settings.set(key, to: value, flag: "--output")
        }
        compression = try settings.compression(flag: "--output")
        forcesCompression = settings.isForced
    }

    private static func boolean(_ key: String, _ value: String) throws(CommandLineError) -> Bool {
        guard let result = GoBoolean.parse(value) else {
            throw CommandLineError("--output: \(key)=\(value) is neither true nor false")
        }
        return result
    }
}

extension OutputSpecification.Kind {
    /// Whether the result is an image, with manifest and layers.
    var isImage: Bool { [.image, .registry, .oci, .docker].contains(self) }
}
