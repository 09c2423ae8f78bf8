/// The tables of the index.
///
/// The index can be lost without losing an image's bytes: blobs and layers are files. Times are nanoseconds since
/// 1970-01-01 UTC, digests `algorithm:hex` unless said otherwise, descriptors JSON.
enum Schema {
    /// Marks the file as Slipway's ("SLPW"), PRAGMA application_id.
    static let application: Int64 = 0x534c_5057
    /// PRAGMA user_version. A program refuses a greater one.
    static let version = Int64(migrations.count)

    /// What leads to each version from the one before; run in one transaction.
    static let migrations: [[String]] = [
        [
            // name is null for an image without one. digest is that of the manifest or index, configuration that of the
            // image configuration, null for an index.
            """
            CREATE TABLE images (
                id INTEGER PRIMARY KEY, name TEXT UNIQUE, digest TEXT NOT NULL, descriptor TEXT NOT NULL,
                configuration TEXT, platform TEXT, built INTEGER NOT NULL, size INTEGER NOT NULL)
            """,
            "CREATE UNIQUE INDEX unnamed_images ON images (digest) WHERE name IS NULL",
            // layers and blobs: digests, separated by blanks.
            """
            CREATE TABLE cache_records (
                key TEXT PRIMARY KEY, payload BLOB NOT NULL, layers TEXT NOT NULL, blobs TEXT NOT NULL,
                summary TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE layer_blobs (
                diff_id TEXT NOT NULL, compression TEXT NOT NULL, descriptor TEXT NOT NULL,
                PRIMARY KEY (diff_id, compression)) WITHOUT ROWID
            """,
            """
            CREATE TABLE layers (
                diff_id TEXT PRIMARY KEY, size INTEGER NOT NULL, entries INTEGER NOT NULL, created INTEGER NOT NULL,
                used INTEGER NOT NULL) WITHOUT ROWID
            """,
            """
            CREATE TABLE builds (
                id INTEGER PRIMARY KEY AUTOINCREMENT, started INTEGER NOT NULL, payload BLOB NOT NULL)
            """,
            // What a running process needs although nothing else refers to it.
            """
            CREATE TABLE pins (lease TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (lease, digest)) WITHOUT ROWID
            """,
        ],
        [
            // A row for each file, as version 1 had them, took 80 ms to read for 22,900 files.
            "DROP TABLE IF EXISTS stat_cache",
            "DROP TABLE IF EXISTS contexts",
            // files: see StatTable.
            "CREATE TABLE stat_caches (context TEXT PRIMARY KEY, used INTEGER NOT NULL, files BLOB NOT NULL)",
        ],
        [
            // See SelectionDigests; purpose and fingerprint are the bytes of SHA-256 digests.
            """
            CREATE TABLE context_selections (
                context TEXT NOT NULL, purpose BLOB NOT NULL, fingerprint BLOB NOT NULL, digest TEXT NOT NULL,
                PRIMARY KEY (context, purpose)) WITHOUT ROWID
            """,
            // Where compressed members stand in blobs; see KeptMember.
            """
            CREATE TABLE members (
                key BLOB PRIMARY KEY, blob TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL) WITHOUT ROWID
            """,
        ],
        [
            // What an unpacked layer takes on the disk, in bytes; null until somebody has measured it.
            "ALTER TABLE layers ADD COLUMN disk INTEGER",
            // directory: below mounts/. imported: no step has used it since it came from an archive.
            """
            CREATE TABLE cache_mounts (
                directory TEXT PRIMARY KEY, id TEXT NOT NULL, target TEXT NOT NULL, created INTEGER NOT NULL,
                used INTEGER NOT NULL, uses INTEGER NOT NULL, imported INTEGER NOT NULL) WITHOUT ROWID
            """,
            // When something that is done now and then was done last.
            "CREATE TABLE housekeeping (name TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID",
        ],
        [
            // What the steps of builds were executed with.
            """
            CREATE TABLE steps (
                id INTEGER PRIMARY KEY AUTOINCREMENT, build INTEGER NOT NULL, definition TEXT NOT NULL UNIQUE,
                content TEXT NOT NULL, dockerfile TEXT NOT NULL, stage TEXT NOT NULL, position INTEGER NOT NULL,
                instruction TEXT NOT NULL, inputs BLOB NOT NULL)
            """,
            "CREATE INDEX steps_by_content ON steps (content)",
            "CREATE INDEX steps_by_place ON steps (dockerfile, stage, position)",
            "CREATE INDEX steps_by_instruction ON steps (instruction, stage)",
            "CREATE INDEX steps_by_build ON steps (build)",
            // The files that steps took; build is the last one that used the list, size that of files in bytes.
            """
            CREATE TABLE selections (
                digest TEXT PRIMARY KEY, build INTEGER NOT NULL, size INTEGER NOT NULL, files BLOB NOT NULL)
            """,
            "CREATE INDEX selections_by_build ON selections (build)",
        ],
        [
            // Archives and the like outside of the store; content stands for what is in them.
            """
            CREATE TABLE written_files (
                path TEXT PRIMARY KEY, content TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
                changed INTEGER NOT NULL, inode INTEGER NOT NULL, written INTEGER NOT NULL) WITHOUT ROWID
            """
        ],
        [
            // Where registries have blobs, as far as is known.
            """
            CREATE TABLE blob_repositories (
                id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL, registry TEXT NOT NULL,
                repository TEXT NOT NULL, UNIQUE (digest, registry, repository))
            """
        ],
    ]

    /// Brings a database that may be written to the present version.
    ///
    /// - Returns: whether there was nothing in it.
    static func migrate(_ database: Database) throws(StoreError) -> Bool {
        if try isCurrent(database) { return false }
        // A readable index keeps its journal mode; only a new one is not in WAL mode yet.
        try database.run("PRAGMA journal_mode = WAL")
        return try database.transaction { () throws(StoreError) in
            // Somebody else may have done it in the meantime.
            if try isCurrent(database) { return false }
            let found = try database.integer("PRAGMA user_version") ?? 0
            for statement in migrations[Int(found)...].joined() { try database.run(statement) }
            try database.run("PRAGMA application_id = \(application)")
            try database.run("PRAGMA user_version = \(version)")
            return found == 0
        }
    }

    /// Whether the tables are those of the present version.
    ///
    /// - Throws: `schemaVersion` when the version is greater, or the file is some other program's database.
    static func isCurrent(_ database: Database) throws(StoreError) -> Bool {
        let found = try database.integer("PRAGMA user_version") ?? 0
        let owner = try database.integer("PRAGMA application_id") ?? 0
        let isEmpty = try database.integer("SELECT count(*) FROM sqlite_master") == 0
        if isEmpty, found == 0, owner == 0 { return false }
        guard owner == application, found > 0 else {
            throw StoreError(.schemaVersion, "\(database.path) is not an index of Slipway's: choose another store")
        }
        guard found <= version else {
            throw StoreError(
                .schemaVersion,
                "the store was written by a newer Slipway (index version \(found), this one knows \(version)): "
                    + "use that one or choose another store")
        }
        return found == version
    }
}
