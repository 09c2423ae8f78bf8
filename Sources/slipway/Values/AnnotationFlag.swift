import BuildEngine
import OCI

/// The values of `--annotation`, and of `annotation…` in `--output`.
enum AnnotationFlag {
    /// How the keys of `--output` begin.
    static let prefix = "annotation"

    /// Reads `[TYPE[PLATFORM],…:]KEY=VALUE` as docker buildx does; without a type it is one of the manifest.
    static func parse(_ text: String) throws(CommandLineError) -> [ImageAnnotations.Note] {
        if text.isEmpty { return [] }
        let pair = text.splitOnce("=")
        guard let value = pair.after else {
            throw CommandLineError("--annotation: invalid annotation \"\(text)\", expected key=value")
        }
        let name = pair.before.splitOnce(":")
        guard let key = name.after else { return [.init(place: .manifest, key: name.before, value: value)] }
        return try name.before.split(separator: ",", omittingEmptySubsequences: false).map {
            type throws(CommandLineError) in
            let (place, platform) = try place(String(type), flag: "--annotation")
            return .init(place: place, platform: platform, key: key, value: value)
        }
    }

    /// Reads `annotation[-TYPE][[PLATFORM]].KEY` as BuildKit's exporters do.
    static func note(outputKey text: String, value: String) throws(CommandLineError) -> ImageAnnotations.Note {
        let (type, key) = text.dropFirst(prefix.count).description.splitOnce(".")
        guard let key, !key.isEmpty else {
            throw CommandLineError("--output: \"\(text)\" names no annotation: expected annotation.KEY=VALUE")
        }
        if type.isEmpty { return .init(place: .manifest, key: key, value: value) }
        guard type.hasPrefix("-") || type.hasPrefix("[") else {
            throw CommandLineError("--output: \(text) is not supported")
        }
        let given = type.hasPrefix("[") ? "manifest" + type : String(type.dropFirst())
        let (place, platform) = try place(given, flag: "--output")
        return .init(place: place, platform: platform, key: key, value: value)
    }

    /// `TYPE` or `TYPE[PLATFORM]`.
    private static func place(
        _ text: String, flag: String
    ) throws(CommandLineError) -> (ImageAnnotations.Place, Platform?) {
        let parts = text.splitOnce("[")
        guard let place = ImageAnnotations.Place(rawValue: parts.before) else {
            throw CommandLineError(
                "\(flag): unknown annotation type \"\(parts.before)\"",
                help: "use \(ImageAnnotations.Place.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let rest = parts.after else { return (place, nil) }
        guard rest.hasSuffix("]") else {
            throw CommandLineError("\(flag): \"\(text)\" has no closing bracket after the platform")
        }
        do { return (place, try Platform(parsing: String(rest.dropLast()))) } catch {
            throw CommandLineError("\(flag): \(error)")
        }
    }
}
