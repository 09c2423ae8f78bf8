import SystemPackage

extension ProcessSpecification {
    /// `PATH` of the environment; the last one counts, as for getenv in most shells. Empty if there is none.
    var searchPath: String {
        let name = "PATH="
        guard let entry = environment.last(where: { $0.hasPrefix(name) }) else { return "" }
        return String(entry.dropFirst(name.count))
    }

    /// Refuses what the launcher could not carry out or what would not mean what it says.
    func validate() throws(SandboxError) {
        guard let command = arguments.first, !command.isEmpty else { throw .invalid("there is no command to run") }
        for text in arguments + environment where text.utf8.contains(0) {
            throw .invalid("the command or its environment contains a NUL character")
        }
        guard hostname.utf8.count <= 64, !hostname.utf8.contains(0) else {
            throw .invalid("the host name \"\(hostname)\" is longer than 64 bytes")
        }
        guard workingDirectory.isAbsolute else {
            throw .invalid("the working directory \(workingDirectory) is not absolute")
        }
        guard user.supplementaryGroupIDs.count <= 1024 else { throw .invalid("more than 1024 supplementary groups") }
        switch root {
        case .overlay(let lower, let upper, let work): try Self.validate(lower + [upper, work])
        case .userspaceOverlay(let overlay): try Self.validate(overlay.lower + [overlay.upper, overlay.work])
        case .readOnlyLayers(let lower): try Self.validate(lower)
        case .directory(let path): try Self.validate([path])
        }
        if let directory = runtime?.directory { try Self.validate([directory]) }
        for mount in mounts { try Self.validate(mount) }
    }

    private static func validate(_ sources: [FilePath]) throws(SandboxError) {
        // OVL_MAX_STACK, of which one may be the empty directory below.
        guard sources.count <= 499 else { throw .invalid("\(sources.count) layers are more than an overlay can have") }
        for source in sources where !source.isAbsolute { throw .invalid("the source path \(source) is not absolute") }
    }

    private static func validate(_ mount: SandboxMount) throws(SandboxError) {
        let target = mount.target.lexicallyNormalized()
        guard target.isAbsolute, target != "/", !target.starts(with: "/proc") else {
            throw .invalid("invalid mount target \"\(mount.target)\"")
        }
        switch mount {
        case .bind(let source, _, _, _): try validate([source])
        case .layers(let lower, _, _, let scratch):
            try validate(lower + (scratch.map { [$0.upper, $0.work] } ?? []))
        case .file(let bytes, _, _, _, _, _):
            guard bytes.count < 1 << 30 else { throw .invalid("the file for \(mount.target) is larger than 1 GiB") }
        case .tmpfs: break
        }
    }
}

extension SandboxError {
    static func invalid(_ message: String) -> SandboxError { SandboxError(.invalidSpecification, message) }
}
