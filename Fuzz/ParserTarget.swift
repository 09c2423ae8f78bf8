/// A whole Dockerfile: it parses or gives an error that can be shown; what was parsed is printed and parsed to the same.
enum ParserTarget {
    static func run(_ input: [UInt8]) {
        let source = SourceFile(name: "Dockerfile", bytes: input)
        let file: Dockerfile
        do {
            file = try Dockerfile(parsing: source)
        } catch {
            if let range = error.diagnostic.range {
                FuzzTarget.require(range.start <= range.end, "a range ends before it starts")
                FuzzTarget.require(range.end.offset <= source.bytes.count, "a range is outside the file")
            }
            FuzzTarget.require(!error.description.isEmpty, "an error has no text")
            return
        }
        for stage in file.stages {
            for instruction in [stage.fromInstruction] + stage.instructions {
                FuzzTarget.require(
                    instruction.range.start.offset <= instruction.keyword.range.start.offset
                        && instruction.keyword.range.end.offset <= instruction.range.end.offset,
                    "a keyword is outside its instruction")
            }
        }
        checkRoundTrip(file)
    }

    static func checkRoundTrip(_ file: Dockerfile) {
        let text = file.printed()
        do {
            let again = try Dockerfile(parsing: SourceFile(name: "Dockerfile", text: text))
            FuzzTarget.require(contents(of: again) == contents(of: file), "printing changed the meaning:\n\(text)")
            FuzzTarget.require(again.printed() == text, "printing twice gives two texts:\n\(text)")
        } catch {
            FuzzTarget.fail("what was printed does not parse: \(error)\n\(text)")
        }
    }
}
