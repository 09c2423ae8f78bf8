internal import OCI

extension ContentStore {
    /// How many selections of one context are remembered: more than any Dockerfile has sources.
    static let maximumSelections: Int64 = 4096

    /// The digests of selections that are known of a context.
    public func selectionDigests(context: String) throws(StoreError) -> SelectionDigests {
        let rows = try reading { database throws(StoreError) in
            try database.rows(
                "SELECT purpose, fingerprint, digest FROM context_selections WHERE context = ?", [.text(context)]
            ) { row throws(StoreError) in
                (purpose: row.bytes(0), fingerprint: row.bytes(1), digest: row.text(2))
            }
        }
        var entries: [Digest: SelectionDigests.Entry] = [:]
        for row in rows ?? [] {
            // A row that a damaged index garbled is one that is not there: the files are looked up instead.
            guard let purpose = Digest(algorithm: .sha256, bytes: row.purpose),
                let fingerprint = Digest(algorithm: .sha256, bytes: row.fingerprint),
                let digest = try? Digest(parsing: row.digest)
            else { continue }
            entries[purpose] = SelectionDigests.Entry(fingerprint: fingerprint, digest: digest)
        }
        return SelectionDigests(context: context, entries: entries)
    }

    /// Writes back what was recorded. On a read-only store nothing happens: the cache only saves time.
    public func save(_ selections: SelectionDigests) throws(StoreError) {
        if isReadOnly || selections.changed.isEmpty { return }
        try writing(isLosable: true) { database throws(StoreError) in
            let known = try database.integer(
                "SELECT count(*) FROM context_selections WHERE context = ?", [.text(selections.context)])
            if known ?? 0 >= Self.maximumSelections {
                try database.run("DELETE FROM context_selections WHERE context = ?", [.text(selections.context)])
            }
            for purpose in selections.changed {
                guard let entry = selections.entries[purpose] else { continue }
                try database.run(
                    "INSERT OR REPLACE INTO context_selections (context, purpose, fingerprint, digest) VALUES (?, ?, ?, ?)",
                    [
                        .text(selections.context), .blob(purpose.bytes), .blob(entry.fingerprint.bytes),
                        .text(entry.digest.description),
                    ])
            }
            // Contexts whose files have been forgotten.
            try database.run("DELETE FROM context_selections WHERE context NOT IN (SELECT context FROM stat_caches)")
        }
    }
}
