/// Rewrites what Go's flag package (pflag) accepts and ArgumentParser does not, so that a command line written for docker
/// means the same: `--no-cache=true`, `--pull=false`, `-t=name`.
enum ArgumentNormalizer {
    /// Flags without a value. With `=true` they become plain, with `=false` they are dropped: all of them are off by
    /// default.
    private static let booleans: Set<String> = [
        "all", "check", "compress", "debug", "digests", "failed", "force", "force-rm", "json", "list", "load",
        "no-cache",
        "no-trunc", "pull", "push", "quick", "quiet", "repair", "rm", "squash", "timestamps", "verbose",
    ]

    /// The arguments after the program's name.
    static func normalize(_ arguments: [String]) throws(CommandLineError) -> [String] {
        // Behind the image of `run` stand the arguments of another program.
        guard arguments.first(where: { !$0.hasPrefix("-") }) != "run" else { return arguments }
        var result: [String] = []
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return result + arguments[index...] }
            let pair = argument.splitOnce("=")
            guard let value = pair.after, pair.before.hasPrefix("-") else {
                result.append(argument)
                continue
            }
            if let name = pair.before.removingPrefix("--"), booleans.contains(name) {
                guard let isOn = GoBoolean.parse(value) else {
                    throw CommandLineError("invalid value \"\(value)\" for \"--\(name)\": neither true nor false")
                }
                if isOn { result.append(pair.before) }
            } else if pair.before.utf8.count == 2, pair.before != "--" {
                result += [pair.before, value]
            } else {
                result.append(argument)
            }
        }
        return result
    }
}
