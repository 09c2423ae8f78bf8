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
        if type == "registry" { throw Self.pushRefusal }
        guard let kind = Kind(rawValue: type) else {
            throw CommandLineError("--output: unknown type \"\(type)\"", help: "use \(Self.kinds)")
        }
        self.init(kind: kind)
        for (key, value) in pairs where key != "type" && !CompressionSettings.keys.contains(key) {
            if !key.hasPrefix(AnnotationFlag.prefix) { try set(key, to: value) }
        }
        annotations = ImageAnnotations(try Self.annotations(fields, kind))
        try setCompression(pairs.filter { CompressionSettings.keys.contains($0.key) })
        try checkDestination()
    }

    private static var kinds: String { Kind.allCases.map(\.rawValue).joined(separator: "|") }

    private static let pushRefusal = CommandLineError(
        "--output: pushing to a registry is not supported yet",
        help: "export with type=oci,dest=FILE and copy it with another tool")

    private mutating func set(_ key: String, to value: String) throws(CommandLineError) {
        switch key {
        case "dest":
            guard !value.isEmpty else { throw CommandLineError("--output: dest is empty") }
            destination = value == "-" ? .standardOutput : .path(FilePath(value))
        case "name": names = value.split(separator: ",").map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        case "tar": isDirectory = try !Self.boolean(key, value)
        case "rewrite-timestamp": rewriteTimestamp = try Self.boolean(key, value)
        case "oci-artifact" where [.image, .oci].contains(kind): attachesArtifacts = try Self.boolean(key, value)
        case "oci-mediatypes":
            guard try Self.boolean(key, value) else {
                throw CommandLineError("--output: images always have OCI media types")
            }
        case "source-date-epoch" where value.isEmpty: hasNoEpoch = true
        case "source-date-epoch":
            guard let seconds = Int64(value), seconds >= 0 else {
                throw CommandLineError("--output: source-date-epoch=\(value) is not a number of seconds since 1970")
            }
            sourceDateEpoch = seconds
        case "push": if try Self.boolean(key, value) { throw Self.pushRefusal }
        default:
            throw CommandLineError("--output: \(key) is not supported for type=\(kind.rawValue)")
        }
    }

    /// `annotation[-TYPE][[PLATFORM]].KEY=VALUE`. Letters of the key stay as they are.
    private static func annotations(
        _ fields: [String], _ kind: Kind
    ) throws(CommandLineError) -> [ImageAnnotations.Note] {
        var notes: [ImageAnnotations.Note] = []
        for field in fields where field.trimmingBlanks().lowercased().hasPrefix(AnnotationFlag.prefix) {
            guard [.image, .oci, .docker].contains(kind) else {
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
        case .image, .cacheonly:
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
            guard [.image, .oci, .docker].contains(kind) else {
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
