public import ContentStore

/// Looks for what is wrong with a store, and removes what is broken.
public struct StoreDoctor: Sendable {
    /// What was found.
    public struct Report: Sendable {
        /// What is wrong, after the repair if there was one.
        public var problems: [StoreProblem] = []
        /// What was wrong and has been removed.
        public var repaired: [StoreProblem] = []

        /// Whether nothing is wrong that does harm.
        public var isHealthy: Bool { problems.allSatisfy(\.isHarmless) }
    }

    private let store: ContentStore
    private let layers: LayerStore

    /// What is removed leaves records that point to nothing, and so on: records, images, rows.
    private static let rounds = 4

    /// The doctor of a store that can be written to.
    public init(_ store: ContentStore) {
        self.store = store
        layers = LayerStore(store: store)
    }

    /// Looks at everything.
    ///
    /// - Parameters:
    ///   - isQuick: Whether the contents of blobs and layers are left alone, which takes as long as reading all of them.
    ///   - repairs: Whether what is broken is removed, so that it is made again by whoever needs it.
    /// - Throws: `StoreError`, `FileSystemError`, `CancellationError`.
    public func examine(isQuick: Bool, repairs: Bool) throws -> Report {
        var report = Report()
        report.problems = try check(readsFiles: !isQuick)
        guard repairs else { return report }
        for _ in 0..<Self.rounds {
            let repaired = try store.repair(report.problems)
            if repaired.isEmpty { break }
            report.repaired += repaired
            // What nothing needs any more goes before the next look, for its records go in one of the next rounds.
            try store.collectGarbage()
            report.problems = try check(readsFiles: false)
        }
        return report
    }

    private func check(readsFiles: Bool) throws -> [StoreProblem] {
        try store.check(hashesBlobs: readsFiles) + layers.check(readsFiles: readsFiles)
    }
}
