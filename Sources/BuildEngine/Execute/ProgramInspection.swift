import Archive
import FileSystem
public import LayerStore
import OCI
public import Sandbox
import SystemPackage

/// Finds out of a program that did not start whether it is one for another machine.
public enum ProgramInspection {
    /// How many `#!` lines lead from one file to the next.
    private static let scriptLimit = 4

    /// Why a program does not start, if that is because of its machine; nil otherwise.
    ///
    /// - Parameters:
    ///   - view: the file system that it is looked for in.
    ///   - environment: `PATH=…` and others.
    public static func explanation(
        of program: String, in view: LayerView, environment: [String]
    ) throws -> ForeignProgram.Explanation? {
        let host = Platform.host.architecture
        guard let header = try header(of: program, in: view, environment: environment),
            let foreign = ForeignProgram(header, host: host)
        else { return nil }
        return foreign.explanation(host: host, formats: BinaryFormat.registered())
    }

    private static func header(
        of program: String, in view: LayerView, environment: [String]
    ) throws -> ProgramHeader? {
        var next = try path(of: program, in: view, environment: environment)
        for _ in 0..<scriptLimit {
            guard let path = next, let node = try view.lookup(path), node.status.kind == .regular else { return nil }
            let file = try node.open()
            defer { file.closeAfterReading() }
            let bytes = try FileSource(file).read(upTo: 256)
            guard bytes.starts(with: Array("#!".utf8)) else { return ProgramHeader(bytes) }
            let line = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
            let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }
            next = words.first.map { FilePath(String($0)) }
        }
        return nil
    }

    private static func path(of program: String, in view: LayerView, environment: [String]) throws -> FilePath? {
        if program.contains("/") { return FilePath(program) }
        let search = environment.last { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count) ?? "/usr/bin:/bin"
        for directory in search.split(separator: ":") {
            let path = FilePath(String(directory)).appending(program)
            if let node = try view.lookup(path), node.status.kind == .regular { return path }
        }
        return nil
    }
}
