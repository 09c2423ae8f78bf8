import BuildGraph
import Dockerfile

/// The graph of a Dockerfile that stands in a test.
func stageGraph(_ text: String, target: String? = nil) throws -> StageGraph {
    var options = PlanOptions()
    options.target = target
    return try StageGraph(Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text)), options: options)
}

/// Numbers that are the same in each run (splitmix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// A Dockerfile of up to twenty stages that start, copy and mount from each other at random.
func randomDockerfile(_ seed: UInt64) -> String {
    var numbers = SeededNumbers(state: seed)
    var text = ""
    for stage in 0..<Int.random(in: 1...20, using: &numbers) {
        let earlier = stage > 0 ? Int.random(in: 0..<stage, using: &numbers) : nil
        let base = earlier.flatMap { Bool.random(using: &numbers) ? "s\($0)" : nil }
        text +=
            "FROM \(base ?? ["alpine:3", "scratch", "registry.example.org:5000/team/base"].randomElement(using: &numbers) ?? "")"
        text += Bool.random(using: &numbers) || stage < 19 ? " AS s\(stage)\n" : "\n"
        for _ in 0..<Int.random(in: 0...5, using: &numbers) {
            let path = String(repeating: "/path", count: Int.random(in: 1...30, using: &numbers))
            let from = earlier.map { "s\(Int.random(in: 0...$0, using: &numbers))" }
            switch (Int.random(in: 0...4, using: &numbers), from) {
            case (0, _), (_, nil): text += "COPY .\(path) \(path)/\n"
            case (1, let from?): text += "RUN --mount=from=\(from),source=\(path),target=/mnt x\n"
            case (2, _): text += "ADD https://example.org\(path) /x\n"
            case (3, _): text += "COPY --from=nginx:1 \(path) /y\n"
            case (_, let from?): text += "COPY --from=\(from) \(path) \(path)\n"
            }
        }
    }
    return text
}
