import Archive
import BuildGraph
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage

/// Writes the result of a build where the caller wants it.
struct Exporter {
    let assembler: ImageAssembler
    let tags: [ImageReference]
    let store: ContentStore
    let layerStore: LayerStore
    let provider: LayerProvider

    /// Does one export. Gives the image if the export has one.
    ///
    /// Throws ``BuildError`` where the result cannot be written; nothing half-written is left behind.
    func export(_ export: Export) async throws -> (image: Descriptor, configuration: Digest)? {
        let names = tags + export.names.filter { !tags.contains($0) }
        switch export.kind {
        case .image:
            let image = try await assembler.assemble(export.compression, force: export.forcesCompression)
            _ = try store.putImage(image.image, names: names)
            return image
        case .ociLayout(let destination):
            let image = try await assembler.assemble(export.compression, force: export.forcesCompression)
            let layout = ImageExport([.init(image.image, names: names)], format: .oci)
            try write(layout, to: destination)
            return image
        case .dockerArchive(let destination):
            let image = try await assembler.assemble(export.compression, force: export.forcesCompression)
            let layout = ImageExport(
                [.init(image.image, names: names)], format: .docker(assembler.graph.configuration.platform))
            try write(layout, to: destination)
            return image
        case .tar(let destination):
            try await provider.unpack(assembler.layers)
            let entries = try FlattenedTree.entries(of: try LayerView(layers: assembler.layers, store: layerStore))
            try write(to: destination) { sink in
                try LayerStore.write(entries, to: sink)
            }
            return nil
        case .local(let directory):
            try await provider.unpack(assembler.layers)
            let entries = try FlattenedTree.entries(of: try LayerView(layers: assembler.layers, store: layerStore))
            do {
                try LayerStore.write(entries.map(\.ownedByCaller), below: try DirectoryHandle.makeTree(directory))
            } catch {
                throw BuildError(.exportFailed, "cannot write to \(directory)", cause: error)
            }
            return nil
        }
    }

    private func write(_ layout: ImageExport, to destination: Export.Destination) throws {
        if case .directory(let path) = destination {
            do {
                return try layout.write(from: store, toDirectory: path)
            } catch {
                throw BuildError(.exportFailed, "cannot write \(path)", cause: error)
            }
        }
        try write(to: destination) { try layout.write(from: store, to: $0) }
    }

    private func write(to destination: Export.Destination, _ body: (any ByteSink) throws -> Void) throws {
        switch destination {
        case .standardOutput:
            try body(FileSink(.standardOutput))
        case .directory(let path):
            throw BuildError(.exportFailed, "\(path) is a directory")
        case .file(let path):
            do {
                try OutputFile.write(path, body)
            } catch {
                throw BuildError(.exportFailed, "cannot write \(path)", cause: error)
            }
        }
    }
}

extension LayerEntry {
    /// The entry as a file of whoever runs the build, which is root here, in a user namespace too.
    fileprivate var ownedByCaller: LayerEntry {
        var copy = self
        copy.entry.uid = 0
        copy.entry.gid = 0
        return copy
    }
}
