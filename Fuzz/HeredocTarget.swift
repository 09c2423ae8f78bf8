/// An instruction with heredocs, alone and as a trigger.
enum HeredocTarget {
    static func run(_ input: [UInt8]) {
        for keyword in ["RUN ", "COPY ", "ONBUILD ADD ", "ONBUILD RUN "] {
            let source = SourceFile(name: "Dockerfile", bytes: Array("FROM a\n\(keyword)".utf8) + input)
            guard let file = try? Dockerfile(parsing: source), let first = file.stages[0].instructions.first else {
                continue
            }
            ParserTarget.checkRoundTrip(file)
            switch first.body {
            case .copy(let copy): expand(copy.transfer)
            case .onBuild(let onBuild): check(onBuild)
            default: break
            }
        }
    }

    private static func expand(_ transfer: FileTransfer) {
        let expander = Expander { $0 == "A" ? "value" : nil }
        for case .heredoc(let heredoc) in transfer.sources {
            _ = try? expander.expandRaw(heredoc)
            FuzzTarget.require(
                heredoc.text.utf8.count <= heredoc.content.utf8.count, "stripping tabs made a heredoc longer")
        }
    }

    /// The text in an image configuration is read as the same instruction that stands in the file.
    private static func check(_ onBuild: OnBuildInstruction) {
        do {
            let trigger = try Dockerfile.parseTrigger(onBuild.expression, name: "trigger")
            FuzzTarget.require(
                contents(of: trigger.body) == contents(of: onBuild.trigger.body),
                "a trigger changed when it was stored:\n\(onBuild.expression)")
        } catch {
            FuzzTarget.fail("a trigger cannot be read back: \(error)\n\(onBuild.expression)")
        }
    }
}
