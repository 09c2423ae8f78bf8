/// The rules about `FROM` and the arguments it uses.
extension DockerfileChecks {
    /// Arguments that have a value without being declared.
    private static let automaticArguments =
        ["BUILD", "TARGET"].flatMap { prefix in
            ["PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT"].map { prefix + $0 }
        } + ["TARGETSTAGE"]

    func fromFindings() -> [Diagnostic] {
        let defaults = globalDefaults()
        return dockerfile.stages.flatMap { stage in
            undeclaredArguments(stage, defaults) + platformFindings(stage, defaults)
                + invalidDefault(stage, defaults)
        }
    }

    /// The global arguments with the values they have when no build argument is given; nil for those without.
    private func globalDefaults() -> [String: String?] {
        var values: [String: String?] = [:]
        for name in Self.automaticArguments { values[name] = "linux" }
        for prefix in ["BUILD", "TARGET"] {
            values[prefix + "PLATFORM"] = "linux/amd64"
            values[prefix + "ARCH"] = "amd64"
            values[prefix + "OSVERSION"] = ""
            values[prefix + "VARIANT"] = ""
        }
        values["TARGETSTAGE"] = "default"
        for case .arg(let arg) in dockerfile.globalArguments.map(\.body) {
            for argument in arg.arguments {
                let expander = Expander(escape: dockerfile.directives.escape) { values[$0] ?? nil }
                let name = (try? expander.expandWord(argument.name)) ?? argument.name.raw
                let value = argument.defaultValue.flatMap { try? expander.expandWord($0) }
                if value != nil || values[name] == nil { values[name] = .some(value) }
            }
        }
        return values
    }

    private func expand(_ word: Word, _ values: [String: String?]) -> Expansion? {
        try? Expander(escape: dockerfile.directives.escape) { values[$0] ?? nil }.expand(word)
    }

    private func undeclaredArguments(_ stage: Stage, _ values: [String: String?]) -> [Diagnostic] {
        [stage.from.image, stage.from.platform].compactMap { $0 }.flatMap { word in
            let undeclared = (expand(word, values)?.undefined ?? []).filter { values[$0] == nil }
            return undeclared.sorted().flatMap { name in
                let suggestion = Suggestion.closest(to: name, among: values.keys.sorted())
                return finding(
                    .undefinedArgInFrom,
                    "FROM argument '\(name)' is not declared" + (suggestion.map { " (did you mean \($0)?)" } ?? ""),
                    in: stage.fromInstruction, at: word.range)
            }
        }
    }

    private func platformFindings(_ stage: Stage, _ values: [String: String?]) -> [Diagnostic] {
        guard let word = stage.from.platform, let expansion = expand(word, values) else { return [] }
        if expansion.used == ["TARGETPLATFORM"], expansion.undefined.isEmpty,
            expansion.text == values["TARGETPLATFORM"]
        {
            return finding(
                .redundantTargetPlatform,
                "Setting platform to predefined \(word.raw) in FROM is redundant as this is the default behavior",
                in: stage.fromInstruction, at: word.range)
        }
        guard expansion.used.isEmpty, expansion.undefined.isEmpty else { return [] }
        // A stage that carries the platform in its name is meant to be for that platform.
        let parts = expansion.text.lowercased().split(separator: "/").prefix(2).map(String.init)
        let synonyms = ["x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "armel": "arm"]
        let name = stage.name ?? ""
        guard !parts.isEmpty, !parts.contains(where: { name.contains(synonyms[$0] ?? $0) }) else { return [] }
        return finding(
            .fromPlatformFlagConstDisallowed,
            "FROM --platform flag should not use constant value \(expansion.text.quotedForMessage)",
            in: stage.fromInstruction, at: word.range)
    }

    private func invalidDefault(_ stage: Stage, _ values: [String: String?]) -> [Diagnostic] {
        guard let expansion = expand(stage.from.image, values), !Self.isImageName(expansion.text) else { return [] }
        return finding(
            .invalidDefaultArgInFrom,
            "Default value for ARG \(stage.from.image.raw) results in empty or invalid base image name",
            in: stage.fromInstruction, at: stage.from.image.range)
    }

    /// Whether a text has the form of an image name: `[domain/]path[:tag][@digest]` (distribution's reference
    /// grammar, without its limits on length).
    private static func isImageName(_ text: String) -> Bool {
        let digestParts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if digestParts.count == 2 {
            let digest = digestParts[1].split(separator: ":", omittingEmptySubsequences: false)
            guard digest.count == 2, digest[1].utf8.count >= 32, digest[1].allSatisfy(\.isHexDigit) else {
                return false
            }
        }
        var components = digestParts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let last = components.last else { return false }
        if let tag = last.cut(at: Byte.colon) {
            let isTag = tag.after.utf8.allSatisfy { Byte.isLetter($0) || Byte.isDigit($0) || "_-.".utf8.contains($0) }
            guard isTag, let first = tag.after.utf8.first, !"-.".utf8.contains(first) else { return false }
            components[components.count - 1] = tag.before
        }
        if components.count > 1, let domain = components.first,
            domain == "localhost" || domain.contains(".") || domain.contains(":") || domain != domain.lowercased()
        {
            components.removeFirst()
        }
        return components.allSatisfy(isPathComponent)
    }

    /// Lower-case letters and digits; between them `.`, `_`, `__` or any number of `-`.
    private static func isPathComponent(_ text: String) -> Bool {
        let isAlphanumeric: (UInt8) -> Bool = {
            Byte.isDigit($0) || $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")
        }
        let separators = text.utf8.split(omittingEmptySubsequences: true, whereSeparator: isAlphanumeric)
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last)
        else { return false }
        return separators.allSatisfy { separator in
            let isShort = separator.elementsEqual(".".utf8) || separator.elementsEqual("_".utf8)
            return isShort || separator.elementsEqual("__".utf8) || separator.allSatisfy { $0 == Byte.minus }
        }
    }
}
