public import OCI

extension ContentStore {
    /// How many times the same place of a Dockerfile is remembered.
    static let maximumStepsPerPlace: Int64 = 8
    /// How many bytes the lists of files that steps used may take; the oldest go first.
    static let maximumSelectionBytes: Int64 = 32 << 20

    /// The latest step that fits.
    public func executedStep(_ query: ExecutedStep.Query) throws(StoreError) -> ExecutedStep? {
        let (condition, values, order) = query.sql
        return try reading { database throws(StoreError) in
            try database.rows(
                "SELECT \(ExecutedStep.columns) FROM steps WHERE \(condition) ORDER BY \(order) LIMIT 1", values
            ) { row throws(StoreError) in try ExecutedStep(row) }.first
        } ?? nil
    }

    /// Whether the files of a selection are known.
    public func hasSelection(_ digest: Digest) throws(StoreError) -> Bool {
        try reading { database throws(StoreError) in
            try database.integer("SELECT 1 FROM selections WHERE digest = ?", [.text(digest.description)]) != nil
        } ?? false
    }

    /// The files of a selection, in the form that the build engine chose; nil when they are not known any more.
    public func selection(_ digest: Digest) throws(StoreError) -> [UInt8]? {
        try reading { database throws(StoreError) in
            try database.rows("SELECT files FROM selections WHERE digest = ?", [.text(digest.description)]) { row in
                row.bytes(0)
            }.first
        } ?? nil
    }

    /// Stores the record of a build with the steps that it executed, and forgets the oldest builds.
    ///
    /// - Parameter selections: the files of the steps' selections, those that are known already left out.
    /// - Returns: The number of the build.
    @discardableResult
    public func put(
        _ record: BuildRecord, steps: [ExecutedStep], selections: [Digest: [UInt8]] = [:]
    ) throws(StoreError) -> Int64 {
        try writing(isLosable: true) { database throws(StoreError) in
            let build = try Self.put(record, in: database)
            for step in steps { try Self.put(step, build: build, in: database) }
            for digest in Set(steps.flatMap(\.selections)) {
                try Self.put(digest, selections[digest], build: build, in: database)
            }
            if !steps.isEmpty { try Self.forgetSelections(in: database) }
            return build
        }
    }

    private static func put(_ step: ExecutedStep, build: Int64, in database: Database) throws(StoreError) {
        try database.run(
            "INSERT OR REPLACE INTO steps (\(ExecutedStep.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(build), .text(step.definition.description), .text(step.content.description),
                .text(step.dockerfile), .text(step.stage), .integer(step.position), .text(step.instruction),
                .blob(step.inputs),
            ])
        let place: [SQLValue] = [.text(step.dockerfile), .text(step.stage), .integer(step.position)]
        try database.run(
            """
            DELETE FROM steps WHERE dockerfile = ?1 AND stage = ?2 AND position = ?3 AND id NOT IN (
                SELECT id FROM steps WHERE dockerfile = ?1 AND stage = ?2 AND position = ?3 ORDER BY id DESC
                LIMIT \(maximumStepsPerPlace))
            """, place)
    }

    private static func put(
        _ selection: Digest, _ files: [UInt8]?, build: Int64, in database: Database
    ) throws(StoreError) {
        try database.run(
            "UPDATE selections SET build = ? WHERE digest = ?", [.integer(build), .text(selection.description)])
        guard database.changes == 0, let files else { return }
        try database.run(
            "INSERT INTO selections (digest, build, size, files) VALUES (?, ?, ?, ?)",
            [.text(selection.description), .integer(build), .integer(Int64(files.count)), .blob(files)])
    }

    /// Removes the lists that were used longest ago, until the rest is small enough.
    private static func forgetSelections(in database: Database) throws(StoreError) {
        try database.run(
            """
            DELETE FROM selections WHERE digest IN (
                SELECT digest FROM (
                    SELECT digest, sum(size) OVER (ORDER BY build DESC, digest) AS total FROM selections)
                WHERE total > \(maximumSelectionBytes))
            """)
    }
}
