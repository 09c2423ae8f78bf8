import BuildGraph
import Dockerfile
import OCI

/// The inputs of an operation, named: what `OperationKeys` hashes has to be here, so that no difference is overlooked.
extension StepInputs {
    /// The part that stands in the graph; sources and base are added by whoever knows them.
    init(_ operation: Operation, timestamps: BuildRequest.Timestamps) {
        self.init(instruction: operation.instruction, facets: [], base: nil, sources: [])
        switch operation.kind {
        case .scratch, .image: break
        case .makeDirectory(let directory):
            facets = [
                Facet(kind: .setting, name: "directory", value: directory.path, isWritten: true),
                Facet(kind: .setting, name: "user", value: directory.owner),
            ]
        case .copy(let copy):
            facets = [
                ("destination", copy.destination), ("--chown", copy.owner ?? ""), ("--chmod", copy.modeText ?? ""),
                ("--link", copy.isLinked ? "true" : "false"),
            ].map { Facet(kind: .setting, name: $0.0, value: $0.1, isWritten: true) }
        case .run(let run): facets = Self.facets(of: run, instruction)
        }
        if timestamps == .keep { facets.append(Facet(kind: .setting, name: "rewrite-timestamp", value: "false")) }
    }

    private static func facets(of run: RunOperation, _ instruction: String) -> [Facet] {
        var facets = run.environment.variables.map { variable in
            let isHidden = DockerfileChecks.looksSecret(variable.name)
            return Facet(
                kind: run.buildArguments.contains(variable.name) ? .argument : .environment, name: variable.name,
                value: isHidden ? veiled(variable.value) : variable.value, isHidden: isHidden)
        }
        facets += [
            Facet(kind: .setting, name: variableOrder, value: run.environment.names.joined(separator: " ")),
            Facet(kind: .setting, name: "user", value: run.user),
            Facet(kind: .setting, name: "working directory", value: run.workingDirectory),
            Facet(kind: .setting, name: "network", value: run.network.rawValue),
            Facet(kind: .setting, name: "security", value: run.security.rawValue),
        ]
        // In exec form the instruction has all of it; in shell form the last argument is what is written.
        let isExec = instruction.dropPrefix("ONBUILD ").hasPrefix("RUN [")
        facets.append(
            Facet(
                kind: .setting, name: "shell", value: run.arguments.dropLast().joined(separator: " "),
                isWritten: isExec))
        var text = KeyHasher("text/1")
        text.add(run.arguments.last ?? "")
        text.add(run.script?.content ?? [])
        facets.append(Facet(kind: .heredoc, name: "", value: text.finish().hex, isWritten: true))
        var targets: [String: Int] = [:]
        for mount in run.mounts {
            targets[mount.target, default: 0] += 1
            let count = targets[mount.target, default: 1]
            facets.append(
                Facet(
                    kind: .mount, name: count == 1 ? mount.target : "\(mount.target) (\(count))", value: mount.summary))
        }
        return facets
    }

    /// A few digits that tell whether a value is another, and not which it is.
    private static func veiled(_ value: String) -> String { String(Digest.sha256(of: value).hex.prefix(6)) }
}

extension Operation {
    /// The name without what progress puts before it: `RUN make`.
    var instruction: String { stepInstruction(in: name) }
}

/// The instruction in the name of a step, which progress puts its number and stage before.
func stepInstruction(in name: String) -> String {
    guard name.hasPrefix("[") else { return name }
    let bytes = name.utf8
    var index = bytes.startIndex
    while let close = bytes[index...].firstIndex(of: UInt8(ascii: "]")) {
        let next = bytes.index(after: close)
        if next < bytes.endIndex, bytes[next] == UInt8(ascii: " ") {
            return String(name[bytes.index(after: next)...])
        }
        index = next
    }
    return name
}

extension StringProtocol {
    fileprivate func dropPrefix(_ prefix: String) -> SubSequence {
        hasPrefix(prefix) ? dropFirst(prefix.count) : self[...]
    }
}

extension RunMount {
    /// Its options, as far as they are part of a step's key.
    fileprivate var summary: String {
        var words: [String]
        switch kind {
        case .bind(_, let path, let readOnly): words = ["bind", "source=\(path)", readOnly ? "ro" : "rw"]
        case .cache(let cache):
            words =
                ["cache"]
                + [
                    cache.mode.map { "mode=\(String($0, radix: 8))" }, cache.uid.map { "uid=\($0)" },
                    cache.gid.map { "gid=\($0)" }, cache.readOnly ? "ro" : nil,
                ].compactMap { $0 }
        case .tmpfs(let size, let readOnly):
            words = ["tmpfs"] + [size.map { "size=\($0)" }, readOnly ? "ro" : nil].compactMap { $0 }
        case .secret(let id, let isFile, let variable, _, let mode, let uid, let gid):
            words = ["secret", "id=\(id)"]
            if let variable { words.append("env=\(variable)") }
            if isFile { words += ["mode=\(String(mode, radix: 8))", "uid=\(uid)", "gid=\(gid)"] }
        case .ssh(let id, _, let mode, let uid, let gid):
            words = ["ssh", "id=\(id)", "mode=\(String(mode, radix: 8))", "uid=\(uid)", "gid=\(gid)"]
        }
        return words.joined(separator: ",")
    }
}
