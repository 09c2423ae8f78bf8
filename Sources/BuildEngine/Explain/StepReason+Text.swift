extension StepReason: CustomStringConvertible {
    /// The longest value that is shown whole, in characters.
    private static let valueLength = 80

    /// The reason on one line, without a full stop: `main.go: content changed`.
    public var description: String {
        switch kind {
        case .instruction: "the instruction was \(Self.shown(old))"
        case .argument: "build argument \(name): \(values)"
        case .environment: "environment variable \(name): \(values)"
        case .setting: "\(name): \(values)"
        case .mount: mountText
        case .file: "\(name)\(place.map { " (\($0))" } ?? ""): \(fileText)"
        case .moreFiles: "and \(count ?? 0) more file\(count == 1 ? "" : "s")\(place.map { " (\($0))" } ?? "")"
        case .files: "other files\(place.map { " (\($0))" } ?? ""); the earlier ones are not known any more"
        case .heredoc: "the text of the heredoc \(name.isEmpty ? "" : name + " ")changed"
        case .source, .remote: "\(name.isEmpty ? "source" : name): \(values)"
        case .image: name.isEmpty ? "base image: \(values)" : "image \(name): \(values)"
        case .step: "after \(name)" + causesText
        case .order: "it came after \(Self.shown(old))"
        case .noCache: "--no-cache"
        case .noCacheFilter: "--no-cache-filter names the stage \(name)"
        case .epoch: "SOURCE_DATE_EPOCH (\(new ?? "")) is before the times of the kept result (\(old ?? ""))"
        case .firstBuild: "no record of an earlier build"
        case .newStep: "earlier builds had no such step"
        case .failed: "same inputs, and it failed"
        case .canceled: "same inputs, and it was stopped"
        case .evicted: "same inputs, but the result is not in the cache any more"
        case .missingLayer: "same inputs, but the layer of the result is gone from the store"
        default: kind.rawValue + (name.isEmpty ? "" : " \(name)")
        }
    }

    private var values: String {
        if isHidden { return "another value, which is not shown" }
        return "\(Self.shown(old)) -> \(Self.shown(new))"
    }

    private var mountText: String {
        switch (old, new) {
        case (nil, let new?): "mount \(name) is new (\(Self.shown(new)))"
        case (let old?, nil): "mount \(name) is gone (\(Self.shown(old)))"
        default: "mount \(name): \(values)"
        }
    }

    private var fileText: String {
        switch change {
        case "added", "removed": change ?? ""
        case "content": "content changed"
        case "attributes": "extended attributes changed"
        case let change?: "\(change) \(Self.shown(old)) -> \(Self.shown(new))"
        case nil: "changed"
        }
    }

    /// What made the other step come to another result: the first cause, and how many more there are.
    private var causesText: String {
        guard let first = causes.first else { return ", which came to another result" }
        let more = causes.count > 1 ? ", and \(causes.count - 1) more" : ""
        return " (\(first)\(more))"
    }

    /// A value on one line, not too long.
    private static func shown(_ value: String?) -> String {
        guard let value else { return "(not set)" }
        guard !value.isEmpty else { return "\"\"" }
        let line = shortened(value.split(whereSeparator: \.isNewline).joined(separator: " "))
        return line.count <= valueLength ? line : line.prefix(valueLength - 3) + "..."
    }

    /// Digests and commits are cut to as many digits as docker shows.
    private static func shortened(_ line: String) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard word.utf8.count >= 40 else { return String(word) }
            let digits = word.utf8.reversed().prefix {
                ("0"..."9").contains(Character(UnicodeScalar($0))) || ("a"..."f").contains(Character(UnicodeScalar($0)))
            }.count
            return digits == 40 || digits == 64 ? String(word.dropLast(digits - 12)) : String(word)
        }.joined(separator: " ")
    }
}

extension StepReason {
    /// What stands before the name of a stage where files of it are told of.
    static let stagePrefix = "stage "

    /// Whether it is about files that another stage made.
    var isOfStage: Bool { place?.hasPrefix(Self.stagePrefix) ?? false }
}
