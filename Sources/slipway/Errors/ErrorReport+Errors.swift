import BuildEngine
import Dockerfile
import Sandbox

extension ErrorReport {
    /// What an error of any module tells the user.
    init(_ error: any Error) {
        switch error {
        case let error as CommandLineError:
            self.init(error.message, help: error.help, exitCode: .usage)
        case let error as BuildError:
            self.init(error.description, help: error.help, exitCode: error.code.isUsage ? .usage : .failure)
            location = Location(range: error.range, in: error.source)
        case let error as DockerfileError:
            self.init(error.message, help: error.diagnostic.help, exitCode: .usage)
            location = Location(range: error.diagnostic.range, in: error.diagnostic.source)
            rendered = error.description
        case let error as SandboxError:
            self.init(error.message + (error.cause.map { ": \($0)" } ?? ""), help: error.help)
        case let error as OutputError where error.isBrokenPipe:
            self.init("standard output was closed", exitCode: .brokenPipe)
            isSilent = true
        case is CancellationError:
            self.init("interrupted", exitCode: .interrupted)
        default:
            self.init("\(error)")
        }
    }
}

extension ErrorReport.Location {
    /// The lines of a range, if the place of the error is known.
    fileprivate init?(range: SourceRange?, in source: SourceFile?) {
        guard let range, let source else { return nil }
        self.init(file: source.name, line: range.start.line, source: range.lines.map { source.line($0) })
    }
}
