/// What `--progress plain` says about each step.
struct PlainProgress {
    /// The last word about a step: `CACHED`, `DONE 0.1s`, `ERROR: …`, `CANCELED`; by the step's name.
    var endings: [String: String] = [:]

    init(_ text: String) {
        var names: [Substring: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("#") {
            guard let space = line.firstIndex(of: " ") else { continue }
            let (number, rest) = (line[..<space], String(line[line.index(after: space)...]))
            guard let name = names[number] else {
                names[number] = rest
                continue
            }
            if ["CACHED", "DONE", "ERROR", "CANCELED"].contains(where: rest.hasPrefix) { endings[name] = rest }
        }
    }

    /// The steps of instructions (`[build 2/5] RUN go build`) that were carried out rather than found in the cache.
    var executed: [String] {
        endings.filter { name, ending in
            ["RUN", "COPY", "ADD"].contains { name.contains("] \($0) ") } && ending.hasPrefix("DONE")
        }.keys.sorted()
    }

    /// The names of the steps of instructions that were found in the cache.
    var cached: [String] { endings.filter { $0.value == "CACHED" }.keys.sorted() }
}
