/// The first line is a path, the rest an ignore file.
enum IgnoreTarget {
    static func run(_ input: [UInt8]) {
        let (line, rest) = FuzzTarget.split(input)
        let path = String(Substring(GoPath.clean(line).utf8.drop { $0 == UInt8(ascii: "/") }))
        if let pattern = try? GoPattern(String(decoding: rest, as: UTF8.self)) { _ = pattern.matches(path) }
        guard !path.isEmpty, path != ".", let patterns = try? IgnorePatterns(file: rest) else { return }
        let isIgnored = patterns.matches(path)
        var match: IgnorePatterns.Match?
        var prefix = ""
        var canBeReached = true
        for element in path.utf8.split(separator: UInt8(ascii: "/")) {
            if let match, match.isIgnored, !patterns.mayContainExceptions(below: prefix, match) { canBeReached = false }
            prefix += (prefix.isEmpty ? "" : "/") + String(Substring(element))
            match = patterns.match(prefix, below: match)
        }
        FuzzTarget.require(match?.isIgnored == isIgnored, "walking and matching disagree about \(path)")
        FuzzTarget.require(isIgnored || canBeReached, "a directory above \(path) is left out though it is not ignored")
    }
}
