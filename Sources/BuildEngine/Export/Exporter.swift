import Archive
import BuildGraph
import ContentStore
import FileSystem
import LayerStore
import OCI
import SystemPackage

/// Writes the result of a build where the caller wants it.
struct Exporter {
    /// One for each platform.
    let assemblers: [ImageAssembler]
    /// Whether the result is an index and its files stand below a directory for each platform.
    let isMultiPlatform: Bool
    let tags: [ImageReference]
    let store: ContentStore
    let layerStore: LayerStore
    let provider: LayerProvider
    let pusher: ImagePusher
    /// When the last step was done.
    let finished: Timestamp

    /// An image that an export made: what describes its manifest or index, and the digest of its configuration, which an
    /// index has not.
    struct Result {
        var image: Descriptor
        var configuration: Digest?
    }

    /// Does one export. Gives the image if the export has one.
    ///
    /// Throws ``BuildError`` where the result cannot be written; nothing half-written is left behind.
    func export(_ export: Export) async throws -> Result? {
        let names = tags + export.names.filter { !tags.contains($0) }
        switch export.kind {
        case .image(let destination):
            let image = try await assemble(export, names: names, isLazy: !destination.isStored)
            if destination.isPushed { try await push(image.image, destination, names: names) }
            guard destination.isStored else { return image }
            // What is there already stays as it is, with the time it was built at.
            let moved = try names.filter { try store.image(named: $0)?.descriptor.digest != image.image.digest }
            if names.isEmpty || !moved.isEmpty { _ = try store.putImage(image.image, names: moved) }
            return image
        case .ociLayout(let destination):
            let image = try await assemble(export, names: names)
            try write(ImageExport([.init(image.image, names: names)], format: .oci), to: destination)
            return image
        case .dockerArchive(let destination):
            let image = try await assemble(export, names: names)
            let platform = assemblers.count == 1 ? assemblers[0].graph.configuration.platform : .host
            try write(ImageExport([.init(image.image, names: names)], format: .docker(platform)), to: destination)
            return image
        case .tar(let destination):
            let content = contentOfFiles
            if try isWritten(content, to: destination) { return nil }
            let entries = try await files()
            try write(content, to: destination) { sink in
                try LayerStore.write(entries, to: sink)
            }
            return nil
        case .local(let directory):
            let entries = try await files()
            do {
                try LayerStore.write(entries.map(\.ownedByCaller), below: try DirectoryHandle.makeTree(directory))
            } catch {
                throw BuildError(.exportFailed, "cannot write to \(directory)", cause: error)
            }
            return nil
        }
    }

    /// Brings an image to the registries of its names.
    private func push(_ image: Descriptor, _ destination: Export.ImageDestination, names: [ImageReference]) async throws
    {
        guard !names.isEmpty else {
            throw BuildError(.exportFailed, "an image without a name cannot be pushed", help: "name it with --tag")
        }
        let names = destination.isPushedByDigest ? names.map { $0.withoutTag(image.digest) } : names
        try await pusher.push(image, as: names)
    }

    /// The image, or an index: of those for several platforms, or of the image with what is claimed about it.
    ///
    /// - Parameter isLazy: whether layers of base images stay where they are.
    private func assemble(
        _ export: Export, names: [ImageReference], isLazy: Bool = false
    ) async throws -> Result {
        var images: [ImageAssembler.Image] = []
        var attestations: [Descriptor] = []
        for assembler in assemblers {
            let image = try await assembler.assemble(export, isLazy: isLazy)
            images.append(image)
            attestations += try attach(
                assembler.attestations(finished: finished, layers: image.layers, isInline: isMultiPlatform), to: image,
                export, names: names)
        }
        if let only = images.first, !isMultiPlatform, attestations.isEmpty {
            return Result(image: only.descriptor, configuration: only.configuration)
        }
        let index = ImageIndex(
            mediaType: export.hasDockerMediaTypes ? .dockerManifestList : .ociIndex,
            manifests: images.map(\.descriptor) + attestations, annotations: export.annotations.values(in: .index))
        let descriptor = try store.put(
            index.encoded(), mediaType: index.mediaType, annotations: export.annotations.values(in: .indexDescriptor))
        return Result(image: descriptor)
    }

    /// Writes what is claimed about an image into the store. A docker archive has no place for it.
    private func attach(
        _ attestations: [Attestation], to image: ImageAssembler.Image, _ export: Export, names: [ImageReference]
    ) throws -> [Descriptor] {
        if case .dockerArchive = export.kind { return [] }
        guard !attestations.isEmpty else { return [] }
        let attached = AttestationManifest(
            attestations, about: image.descriptor, names: names, form: export.attachesArtifacts ? .artifact : .image)
        for bytes in attached.blobs + [attached.manifest] { _ = try store.put(bytes) }
        return [attached.descriptor]
    }

    /// All files of the image; of several platforms, each below a directory of its own (`linux_arm64`).
    private func files() async throws -> [LayerEntry] {
        var files: [LayerEntry] = []
        for assembler in assemblers {
            try await provider.unpack(assembler.layers)
            var entries = try FlattenedTree.entries(of: try LayerView(layers: assembler.layers, store: layerStore))
            entries += try AttestationFiles.entries(
                for: assembler.attestations(finished: finished, layers: nil, isInline: false), about: entries,
                time: assembler.epoch)
            if isMultiPlatform {
                let platform = assembler.graph.configuration.platform.description
                let name = String(platform.map { $0 == "/" ? "_" : $0 })
                entries = entries.map { $0.below(FilePath(name)) }
                entries.append(
                    LayerEntry(TarEntry(path: FilePath(name), kind: .directory, mode: 0o755, mtime: assembler.epoch)))
            }
            files += entries
        }
        return files
    }

    private func write(_ layout: ImageExport, to destination: Export.Destination) throws {
        if case .directory(let path) = destination {
            do {
                return try layout.write(from: store, toDirectory: path)
            } catch {
                throw BuildError(.exportFailed, "cannot write \(path)", cause: error)
            }
        }
        let content = content(of: layout)
        if try isWritten(content, to: destination) { return }
        try write(content, to: destination) { try layout.write(from: store, to: $0) }
    }

    /// What the archive of an image is known by: the same gives the same bytes.
    private func content(of layout: ImageExport) -> Digest {
        var hasher = KeyHasher("archive of images/1")
        switch layout.format {
        case .oci: hasher.add("oci")
        case .docker(let platform): hasher.add("docker \(platform)")
        }
        for image in layout.images {
            hasher.add(image.descriptor.encoded())
            hasher.add(image.names.map(\.description))
            hasher.add(image.annotations.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
        }
        return hasher.finish()
    }

    /// What the archive of the image's files is known by.
    private var contentOfFiles: Digest {
        var hasher = KeyHasher("archive of files/1")
        hasher.add(isMultiPlatform)
        for assembler in assemblers {
            hasher.add(assembler.graph.configuration.platform.description)
            hasher.add(assembler.layers)
            hasher.add(assembler.epoch.seconds)
            for attestation in assembler.attestations(finished: finished, layers: nil, isInline: false) {
                hasher.add(attestation.predicate.encoded())
            }
        }
        return hasher.finish()
    }

    /// Whether a build has written the same to that file, and nobody has touched it since.
    private func isWritten(_ content: Digest, to destination: Export.Destination) throws -> Bool {
        guard case .file(let path) = destination, let status = try status(of: path) else { return false }
        return try store.isWritten(content, to: path, status)
    }

    /// What stands at the path of a file to be written; nil for nothing, and where writing will find out why.
    private func status(of path: FilePath) throws -> FileStatus? {
        let parent = path.removingLastComponent()
        guard let name = path.lastComponent.flatMap(FileName.init),
            let directory = try? DirectoryHandle(parent.isEmpty ? "." : parent)
        else { return nil }
        return try directory.statusIfExists(of: name)
    }

    private func write(
        _ content: Digest, to destination: Export.Destination, _ body: (any ByteSink) throws -> Void
    ) throws {
        switch destination {
        case .standardOutput:
            try body(FileSink(.standardOutput))
        case .directory(let path):
            throw BuildError(.exportFailed, "\(path) is a directory")
        case .file(let path):
            do {
                try AtomicOutput.write(to: path, body)
                if let status = try status(of: path) { try store.recordWritten(content, to: path, status) }
            } catch {
                throw BuildError(.exportFailed, "cannot write \(path)", cause: error)
            }
        }
    }
}

extension LayerEntry {
    /// The entry as it is below a directory.
    fileprivate func below(_ directory: FilePath) -> LayerEntry {
        var copy = self
        copy.entry.path = directory.appending(entry.path.components)
        if case .hardLink(let first) = entry.kind { copy.entry.kind = .hardLink(directory.appending(first.components)) }
        return copy
    }

    /// The entry as a file of whoever runs the build, which is root here, in a user namespace too.
    fileprivate var ownedByCaller: LayerEntry {
        var copy = self
        copy.entry.uid = 0
        copy.entry.gid = 0
        return copy
    }
}
