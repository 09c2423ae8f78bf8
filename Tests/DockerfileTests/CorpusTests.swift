import Dockerfile
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#endif

struct CorpusTests {
    @Test(arguments: tutorialDockerfiles)
    func tutorials(text: String) throws {
        let file = try parse(text)
        #expect(file.stages.count >= 2)
        for stage in file.stages {
            for instruction in stage.instructions {
                #expect(file.source.text(of: instruction.keyword.range) == instruction.keyword.raw)
            }
        }
    }

    /// Parses every Dockerfile of the conformance suite if the environment says where it is: each parses, except those
    /// that are there because they do not.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SLIPWAY_CONFORMANCE_SUITE"] != nil))
    func conformanceSuite() throws {
        let root = try #require(ProcessInfo.processInfo.environment["SLIPWAY_CONFORMANCE_SUITE"])
        let expected: [String: (message: String, line: Int)] = [
            "dockerfile-copy-from-args/ctx": ("variable expansion is not supported for --from", 3),
            "dockerfile-invalid-instruction/ctx": ("unknown instruction: FNTRYPOINT", 3),
            "empty-stages/ctx": ("dockerfile contains no stages to build", 1),
            "errors-source-map/ctx": ("env requires at least one argument", 2),
            "errors-source-map/ctx-05": ("unknown flag: --foo", 3),
            "mount-from-error/ctx": ("'from' doesn't support variable expansion", 7),
            "mount-invalid/ctx": ("unknown flag: --mont", 3),
            "warnings-before-error/ctx": ("unknown instruction: BADCMD", 4),
        ]
        var count = 0
        for test in try FileManager.default.contentsOfDirectory(atPath: root) {
            for context in (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(test)")) ?? [] {
                for name in (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(test)/\(context)")) ?? []
                where name.lowercased().hasPrefix("dockerfile") && !name.hasSuffix(".dockerignore") {
                    let path = "\(test)/\(context)"
                    let bytes = Array(try Data(contentsOf: URL(filePath: "\(root)/\(path)/\(name)")))
                    let source = SourceFile(name: name, bytes: bytes)
                    count += 1
                    do {
                        _ = try Dockerfile(parsing: source)
                        #expect(expected[path] == nil, "\(path) parses")
                    } catch {
                        #expect(
                            error.message.lowercased().contains(expected[path]?.message.lowercased() ?? "no error"),
                            "\(path): \(error)")
                        #expect(error.diagnostic.range?.start.line == expected[path]?.line, "\(path): \(error)")
                    }
                }
            }
        }
        #expect(count > 100)
    }
}
