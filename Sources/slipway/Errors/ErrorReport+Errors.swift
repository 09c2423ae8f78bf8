import Archive
import BuildEngine
import ContentStore
import Diagram
import Dockerfile
import HTTP
import Registry
import Sandbox
import SystemPackage
import Transfer

extension ErrorReport {
    /// What an error of any module tells the user.
    init(_ error: any Error) {
        switch error {
        case let error as CommandLineError:
            self.init(error.message, help: error.help, exitCode: .usage)
        case let error as BuildError:
            self.init(error.description, help: error.help, exitCode: error.code.isUsage ? .usage : .failure)
            location = Location(range: error.range, in: error.source)
            code = error.code.name
        case let error as DockerfileError:
            self.init(error.message, help: error.diagnostic.help, exitCode: .usage)
            location = Location(range: error.diagnostic.range, in: error.diagnostic.source)
        case let error as DiagramError:
            self.init(error.message, help: error.help)
        case let error as SandboxError:
            self.init(error.message + (error.cause.map { ": \($0)" } ?? ""), help: error.help)
        case let error as ImageTransferError:
            self.init(error.message, help: error.help)
        case let error as RegistryError where error.code == .canceled:
            self.init("interrupted", exitCode: .interrupted)
        case let error as CommandFailure:
            self.init(error.message, help: error.help, exitCode: error.exitCode)
        case _ where Self.isBrokenPipe(error):
            self.init("standard output was closed", exitCode: .brokenPipe)
            isSilent = true
        case is CancellationError:
            self.init("interrupted", exitCode: .interrupted)
        default:
            self.init("\(error)")
        }
    }
}

extension ErrorReport {
    /// Whether the cause of an error is that nobody reads standard output any more.
    private static func isBrokenPipe(_ error: any Error) -> Bool {
        switch error {
        case let error as OutputError: error.isBrokenPipe
        // Only streams that are written have this error; those of a registry have errors of their own.
        case let error as ArchiveError: error.cause as? Errno == .brokenPipe || error.cause.map(isBrokenPipe) ?? false
        case let error as StoreError: error.cause.map(isBrokenPipe) ?? false
        default: false
        }
    }
}

extension ErrorReport.Location {
    /// The lines of a range, if the place of the error is known.
    fileprivate init?(range: SourceRange?, in source: SourceFile?) {
        guard let range, let source else { return nil }
        let lines = range.lines.map { source.line($0) }
        self.init(file: source.name, line: range.start.line, source: lines)
        guard lines.count == 1 else { return }
        column = range.start.column
        let end = range.end.line == range.start.line ? range.end.column : lines[0].unicodeScalars.count + 1
        length = max(1, end - range.start.column)
    }
}
