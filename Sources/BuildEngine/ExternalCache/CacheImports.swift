import ContentStore
import LayerStore
import OCI
import SystemPackage

/// The caches that `--cache-from` names, in order. The first that has a step's record and all of its layers gives it.
///
/// Nothing is looked at before a step misses in the store; then the records of all caches are read, once. Layers are
/// fetched when a step is found, each once, and hashed both as they are stored and unpacked: a blob that is not what the
/// record says is a warning, and the step is looked for elsewhere or executed. What was fetched is a layer of the store
/// like any other.
actor CacheImports {
    private struct Wanted: Hashable {
        var cache: Int
        var diffID: Digest
    }

    private let sources: [CacheSource]
    private let loader: CacheLoader
    private let layers: LayerStore
    private let provider: LayerProvider
    private let progress: Progress
    private var loading: Task<[ImportedCache], any Error>?
    private var bringing: [Wanted: Task<Void, any Error>] = [:]

    init(
        _ sources: [CacheSource], loader: CacheLoader, layers: LayerStore, provider: LayerProvider, progress: Progress
    ) {
        self.sources = sources
        self.loader = loader
        self.layers = layers
        self.provider = provider
        self.progress = progress
    }

    /// The result under a key, with all of its layers in the store but those of the base; nil if no cache has it.
    func step(for key: Digest, fitting shape: @autoclosure () -> StackShape) async throws -> StepRecord? {
        guard !sources.isEmpty else { return nil }
        let shape = shape()
        for (number, cache) in try await caches().enumerated() {
            guard let found = cache.find(key, fitting: shape) else { continue }
            do {
                for layer in found.layers { try await bring(layer.diffID, layer.blob, cache, number) }
            } catch {
                try Task.checkCancellation()
                progress.warn("CacheImportFailed", "cannot use a layer of the cache \(cache.name): \(error)")
                continue
            }
            return StepRecord(
                layers: shape.base + found.layers.map(\.diffID), epoch: found.record.epoch,
                content: found.record.content)
        }
        return nil
    }

    private func caches() async throws -> [ImportedCache] {
        let task: Task<[ImportedCache], any Error>
        if let loading {
            task = loading
        } else {
            task = Task { try await load() }
            loading = task
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// All at the same time, since each may be at another end of the network; the order stays.
    private func load() async throws -> [ImportedCache] {
        let (sources, loader, progress) = (sources, loader, progress)
        return try await withThrowingTaskGroup(of: (Int, [ImportedCache]).self) { group in
            for (number, source) in sources.enumerated() {
                group.addTask { (number, try await Self.load(source, loader, progress)) }
            }
            var caches = Array(repeating: [ImportedCache](), count: sources.count)
            for try await (number, found) in group { caches[number] = found }
            return caches.flatMap { $0 }
        }
    }

    private static func load(
        _ source: CacheSource, _ loader: CacheLoader, _ progress: Progress
    ) async throws -> [ImportedCache] {
        try await progress.step("importing cache manifest from \(source.name)") {
            do {
                return try await loader.load(source)
            } catch {
                try Task.checkCancellation()
                progress.warn("CacheImportFailed", "cannot use the cache \(source.name): \(error)")
                return []
            }
        }
    }

    private func bring(_ diffID: Digest, _ blob: Descriptor, _ cache: ImportedCache, _ number: Int) async throws {
        let wanted = Wanted(cache: number, diffID: diffID)
        let task: Task<Void, any Error>
        if let running = bringing[wanted] {
            task = running
        } else {
            let (layers, provider) = (layers, provider)
            task = Task {
                if try await provider.isAvailable(diffID) { return }
                try await cache.fetch(blob)
                try await layers.adopt(blob, as: diffID)
            }
            bringing[wanted] = task
        }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

extension CacheSource {
    /// As progress and warnings name it.
    fileprivate var name: String {
        switch self {
        case .directory(let path, _): path.string
        case .image(let reference): reference.familiarName
        }
    }
}
