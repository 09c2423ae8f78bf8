/// Reads files of `--env-file`: a variable on each line, `KEY=value` or `KEY` (docker/cli, opts/file.go).
enum EnvironmentFile {
    /// The lines that are variables. Values are taken as they stand, quotes included.
    static func parse(_ text: String, path: String) throws(CommandLineError) -> [String] {
        var result: [String] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.isEmpty || line.hasPrefix("#") { continue }
            let name = line.splitOnce("=").before
            guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
                throw CommandLineError("\(path):\(index + 1): \"\(name)\" is no name of a variable")
            }
            result.append(String(line))
        }
        return result
    }
}
