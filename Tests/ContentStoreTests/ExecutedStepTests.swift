import ContentStore
import FileSystem
import OCI
import Testing

/// The steps of builds and the files they used, in the index.
struct ExecutedStepTests {
    let scratch: Scratch
    let store: ContentStore

    init() throws {
        scratch = try Scratch()
        store = try scratch.store()
    }

    private static func step(
        _ name: String, _ instruction: String = "RUN x", position: Int64 = 0, dockerfile: String = "/a/Dockerfile",
        selections: [Digest] = []
    ) -> ExecutedStep {
        ExecutedStep(
            definition: .sha256(of: name), content: .sha256(of: "content of \(name)"), dockerfile: dockerfile,
            stage: "build linux/amd64", position: position, instruction: instruction, inputs: Array(name.utf8),
            selections: selections)
    }

    @discardableResult
    private func build(_ steps: [ExecutedStep], _ selections: [Digest: [UInt8]] = [:]) throws -> Int64 {
        try store.put(BuildRecord(started: .now, payload: [1]), steps: steps, selections: selections)
    }

    private func found(_ query: ExecutedStep.Query) throws -> String? {
        try scratch.store().executedStep(query).map { String(decoding: $0.inputs, as: UTF8.self) }
    }

    @Test func stepsAreFoundByWhatTheyAre() throws {
        let first = try build([Self.step("one"), Self.step("two", "RUN y", position: 1), Self.step("far", position: 7)])
        let second = try build([Self.step("there", dockerfile: "/b/Dockerfile")])
        #expect(second == first + 1)
        let (stage, dockerfile) = ("build linux/amd64", "/a/Dockerfile")
        let table: [(ExecutedStep.Query, String?)] = [
            (.definition(.sha256(of: "two")), "two"), (.definition(.sha256(of: "three")), nil),
            (.content(.sha256(of: "content of one")), "one"), (.content(.sha256(of: "one")), nil),
            (.instruction("RUN x", position: 0, stage: stage, dockerfile: dockerfile), "one"),
            (.instruction("RUN x", position: 6, stage: stage, dockerfile: dockerfile), "far"),
            (.instruction("RUN x", position: 0, stage: "build", dockerfile: dockerfile), nil),
            (.position(1, stage: stage, dockerfile: dockerfile), "two"),
            (.position(2, stage: stage, dockerfile: dockerfile), nil),
            (.anywhere(instruction: "RUN x", stage: stage), "there"),
            (.anywhere(instruction: "RUN z", stage: stage), nil),
            (.dockerfile(dockerfile), "far"), (.dockerfile("/c"), nil),
        ]
        for (query, name) in table { #expect(try found(query) == name, "\(query)") }
        #expect(try store.executedStep(.definition(.sha256(of: "two")))?.build == first)
        #expect(try store.buildRecord(first)?.payload == [1])
        #expect(try store.buildRecord(second + 1) == nil)
    }

    @Test func aStepThatIsExecutedAgainTakesThePlaceOfTheOneBefore() throws {
        try build([Self.step("one")])
        let last = try build([Self.step("one")])
        #expect(try store.executedStep(.definition(.sha256(of: "one")))?.build == last)
    }

    @Test func eachPlaceIsRememberedSomeTimes() throws {
        for number in 0..<20 { try build([Self.step("\(number)"), Self.step("other \(number)", position: 1)]) }
        let known = try (0..<20).filter { try found(.definition(.sha256(of: "\($0)"))) != nil }
        #expect(known == Array(12..<20))
    }

    @Test func stepsGoWithTheirBuilds() throws {
        let digest = Digest.sha256(of: "files")
        try build([Self.step("old", selections: [digest])], [digest: [1, 2, 3]])
        #expect(try store.hasSelection(digest))
        try store.put(BuildRecord(id: 1 + ContentStore.maximumBuildRecords, started: .now, payload: [2]))
        #expect(try found(.definition(.sha256(of: "old"))) == nil)
        #expect(try !store.hasSelection(digest))
        #expect(try store.selection(digest) == nil)
    }

    @Test func listsOfFilesAreBounded() throws {
        let large = [UInt8](repeating: 7, count: 12 << 20)
        let digests = (0..<4).map { Digest.sha256(of: "\($0)") }
        for (number, digest) in digests.enumerated() {
            // The first is used by every build, so that it stays.
            try build([Self.step("\(number)", selections: [digests[0], digest])], [digest: large])
        }
        #expect(try digests.map { try store.hasSelection($0) } == [true, false, false, true])
        #expect(try store.selection(digests[0])?.count == large.count)
        #expect(try store.selection(digests[3]) == large)
    }
}
