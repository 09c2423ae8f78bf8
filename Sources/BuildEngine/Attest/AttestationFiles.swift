import Archive
import FileSystem
import LayerStore
import OCI
import SystemPackage

/// Claims about exported files: one file each beside them, as BuildKit's `tar` and `local` exporters write it.
enum AttestationFiles {
    /// The files with the attestations, which name every regular file and its digest.
    ///
    /// Throws ``BuildError`` where an exported file has the name of one of them.
    static func entries(
        for attestations: [Attestation], about files: [LayerEntry], time: Timestamp
    ) throws -> [LayerEntry] {
        guard !attestations.isEmpty else { return [] }
        let subjects = try subjects(of: files)
        return try attestations.map { attestation in
            let path = FilePath(attestation.fileName)
            guard !files.contains(where: { $0.entry.path == path }) else {
                throw BuildError(
                    .exportFailed, "the image has a file /\(path), where its attestation is to be written",
                    help: "give the attestation another name with filename=")
            }
            let bytes = attestation.statement(about: subjects).encoded(indentation: 2)
            return LayerEntry(
                TarEntry(path: path, kind: .file, mode: 0o600, size: Int64(bytes.count), mtime: time),
                source: .bytes(bytes))
        }
    }

    private static func subjects(of files: [LayerEntry]) throws -> [Attestation.Subject] {
        var digests: [FilePath: Digest] = [:]
        for file in files {
            guard case .file = file.entry.kind else { continue }
            digests[file.entry.path] = try digest(of: file)
        }
        for file in files {
            if case .hardLink(let first) = file.entry.kind { digests[file.entry.path] = digests[first] }
        }
        return digests.sorted { $0.key.string < $1.key.string }.map {
            Attestation.Subject(name: $0.key.string, digest: $0.value)
        }
    }

    private static func digest(of file: LayerEntry) throws -> Digest {
        switch file.source {
        case .none: return .sha256(of: [UInt8]())
        case .bytes(let bytes): return .sha256(of: bytes)
        case .file(let directory, let path):
            let descriptor = try directory.openFile(beneath: path)
            defer { descriptor.closeAfterReading() }
            let source = FileSource(descriptor)
            var digester = Digester(.sha256)
            while true {
                let bytes = try source.read(upTo: 1 << 20)
                if bytes.isEmpty { return digester.finalize() }
                digester.update(bytes)
            }
        }
    }
}
