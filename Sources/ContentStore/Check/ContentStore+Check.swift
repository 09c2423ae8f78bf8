internal import Archive
internal import FileSystem
internal import Glibc
internal import OCI
internal import SystemPackage

/// Looking for what is wrong. `LayerStore` adds what it knows about the insides of layers.
extension ContentStore {
    /// What is wrong with the store's directories, index, blobs and records.
    ///
    /// - Parameter hashesBlobs: Whether every blob is read to see whether it has its digest.
    /// - Throws: `StoreError`, `CancellationError`.
    public func check(hashesBlobs: Bool) throws -> [StoreProblem] {
        try checkDirectories() + checkIndex() + checkBlobs(hashes: hashesBlobs) + checkConsistency()
    }

    // MARK: Directories

    private func checkDirectories() throws -> [StoreProblem] {
        var problems: [StoreProblem] = []
        let own = geteuid()
        for name in [
            "", "blobs", "blobs/sha256", "blobs/sha512", "builds", "layers", "locks", "mounts", "tmp",
        ] {
            let path = name.isEmpty ? root : root.pushing(FilePath(name))
            guard let last = path.lastComponent.flatMap(FileName.init),
                let status = try DirectoryHandle(path.removingLastComponent(), owners: .inode).statusIfExists(
                    of: last)
            else {
                problems.append(
                    StoreProblem(.directory, "\(path)", "is missing", help: "make it, with the mode 0700"))
                continue
            }
            if status.kind != .directory {
                problems.append(
                    StoreProblem(.directory, "\(path)", "is no directory", help: "move it out of the way"))
            } else if status.uid != own || status.mode & 0o700 != 0o700 {
                problems.append(
                    StoreProblem(
                        .directory, "\(path)", "does not belong to the user who uses it, or denies him something",
                        help: "give it to the user of the store, with the mode 0700"))
            } else if status.mode & 0o022 != 0 {
                problems.append(
                    StoreProblem(
                        .directory, "\(path)", "can be written to by others", help: "chmod go-w \(path)"))
            }
        }
        let known = [
            "blobs", "builds", "layers", "locks", "mounts", "tmp", "lock", "reserve", "index.sqlite", "owners",
            ImageNames.fileName, ImageNames.temporaryName.description,
        ]
        for entry in try DirectoryHandle(root).sortedEntries() {
            let name = entry.name.description
            if known.contains(name) || name.hasPrefix("index.sqlite-") { continue }
            if entry.name == Self.damagedIndexName {
                problems.append(leftover(root.appending(name), "is a damaged index that was put aside"))
                continue
            }
            problems.append(leftover(root.appending(name), "is nothing of Slipway's"))
        }
        for entry in try DirectoryHandle(root.appending("tmp")).sortedEntries()
        where !TemporaryDirectory.isName(entry.name.description) {
            problems.append(
                leftover(root.appending("tmp").appending(entry.name.description), "is nothing of Slipway's"))
        }
        return problems
    }

    private func leftover(_ path: FilePath, _ message: String) -> StoreProblem {
        StoreProblem(.leftover, "\(path)", message, help: "remove it if nobody wants it")
    }

    // MARK: Index

    private func checkIndex() throws(StoreError) -> [StoreProblem] {
        let lines =
            try reading { database throws(StoreError) in
                try database.rows("PRAGMA integrity_check") { $0.text(0) }
            } ?? []
        return lines.filter { $0 != "ok" }.map { line in
            StoreProblem(
                .index, "\(root.appending("index.sqlite"))", line,
                help: "slipway doctor --repair makes a new one from the blobs and the names of the images")
        }
    }

    // MARK: Blobs

    private func checkBlobs(hashes: Bool) throws -> [StoreProblem] {
        var problems: [StoreProblem] = []
        for algorithm in Digest.Algorithm.allCases {
            let directory = try DirectoryHandle(root.appending("blobs").appending(algorithm.rawValue))
            for entry in try directory.sortedEntries() {
                let path = directory.pathOf(entry.name)
                guard let digest = try? Digest(algorithm: algorithm, hex: entry.name.description) else {
                    problems.append(leftover(path, "is no blob: its name is no digest"))
                    continue
                }
                guard let status = try directory.statusIfExists(of: entry.name) else { continue }
                let isGood = try status.kind == .regular && (!hashes || hasItsDigest(digest))
                if isGood { continue }
                problems.append(
                    StoreProblem(
                        .blob, "\(path)",
                        status.kind == .regular ? "is damaged: its bytes do not have its digest" : "is no file",
                        help: StoreProblem.repairHelp, repair: .removeBlob(digest.description)))
            }
        }
        return problems
    }

    /// One that goes away meanwhile is no problem.
    private func hasItsDigest(_ digest: Digest) throws -> Bool {
        do {
            var digester = Digester(digest.algorithm)
            try withSource(of: digest) { source in
                let sink = TeeSink(to: nil) { bytes in
                    try Task.checkCancellation()
                    unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
                }
                _ = try source.copy(to: sink)
            }
            return digester.finalize() == digest
        } catch let error as StoreError where error.code == .missingBlob {
            return true
        }
    }

    // MARK: Records

    /// Records point to things that exist. What looks wrong is looked at twice: other processes may be at work.
    private func checkConsistency() throws(StoreError) -> [StoreProblem] {
        let first = try findInconsistencies()
        if first.isEmpty { return [] }
        let second = Set(try findInconsistencies())
        return first.filter(second.contains)
    }

    private func findInconsistencies() throws(StoreError) -> [StoreProblem] {
        let facts = try facts()
        var sources: [String: [String]] = [:]
        for variant in facts.variants { sources[variant.diffID, default: []].append(variant.blob) }
        func isThere(blob: String) -> Bool { (try? Digest(parsing: blob)).map(contains) ?? false }
        func isThere(layer: String) -> Bool {
            guard let diffID = try? Digest(parsing: layer) else { return false }
            return Self.exists(layerPath(of: diffID).appending("fs")) || contains(diffID)
                || sources[layer, default: []].contains(where: isThere(blob:))
        }
        var problems: [StoreProblem] = []
        for (digest, image) in facts.images.sorted(by: { $0.key.description < $1.key.description }) {
            let lack = lack(of: digest, image, isThere(layer:))
            guard let lack else { continue }
            problems.append(
                StoreProblem(
                    .image, image.names.first ?? image.id.description, lack,
                    help: "build, pull or load it again; slipway doctor --repair removes what is left of it",
                    repair: .removeImage(digest.description)))
        }
        for record in facts.records {
            let missing = record.layers.filter { !isThere(layer: $0) } + record.blobs.filter { !isThere(blob: $0) }
            guard let first = missing.first else { continue }
            problems.append(
                StoreProblem(
                    .record, record.summary.isEmpty ? record.key : record.summary,
                    "the result of this step is not there any more: \(first)", help: StoreProblem.repairHelp,
                    repair: .removeRecord(record.key)))
        }
        return problems + forgettable(facts, isThere(blob:))
    }

    /// What an image needs and the store does not have, as a sentence; nil when all is there. Images for other platforms
    /// may be missing from an index, but not all.
    private func lack(of digest: Digest, _ image: StoreFacts.Image, _ isThere: (String) -> Bool) -> String? {
        let contents = image.contents
        guard contents.documents[digest] != nil else { return "its manifest \(digest) is missing or damaged" }
        if contents.documents.count == 1 { return "its configuration, or every image of its index, is missing" }
        let absent = contents.diffIDs.sorted { $0.description < $1.description }.first { !isThere($0.description) }
        guard let absent, contents.layers.keys.contains(where: { !contains($0) }) else { return nil }
        return "its layer \(absent) is missing"
    }

    /// Rows about something that is gone. They do no harm: whoever reads them looks whether the thing is there.
    private func forgettable(_ facts: StoreFacts, _ isThere: (String) -> Bool) -> [StoreProblem] {
        func row(_ table: String, _ column: String, _ value: String, _ what: String) -> StoreProblem {
            StoreProblem(
                .leftover, value, "\(what) is recorded but gone", help: StoreProblem.repairHelp,
                repair: .forget(table: table, column: column, value: value))
        }
        let layers = facts.layers.keys.sorted().filter { text in
            (try? Digest(parsing: text)).map { !Self.exists(layerPath(of: $0)) } ?? true
        }
        let mounts = facts.mounts.map(\.directory).filter { !Self.exists(mountsPath.pushing(FilePath($0))) }
        return layers.map { row("layers", "diff_id", $0, "an unpacked layer") }
            + mounts.map { row("cache_mounts", "directory", $0, "a cache mount") }
    }

    // MARK: Repair

    /// Removes what is broken, so that it is made again by whoever needs it.
    ///
    /// - Returns: The problems about which something was done.
    public func repair(_ problems: [StoreProblem]) throws(StoreError) -> [StoreProblem] {
        var repaired: [StoreProblem] = []
        let bin = try lease()
        for problem in problems {
            guard let repair = problem.repair else { continue }
            try self.repair(repair, bin: bin.directory)
            repaired.append(problem)
        }
        try bin.end()
        return repaired
    }

    private func repair(_ repair: StoreProblem.Repair, bin: FilePath) throws(StoreError) {
        switch repair {
        case .removeBlob(let text):
            let digest = try storeErrors { try Digest(parsing: text) }
            try moveAway(path(of: digest), to: bin)
        case .removeLayer(let name):
            try moveAway(root.appending("layers").appending(name), to: bin)
            try delete(from: "layers", where: "diff_id", is: "\(Digest.Algorithm.sha256.rawValue):\(name)")
        case .removeRecord(let key): try delete(from: "cache_records", where: "key", is: key)
        case .removeImage(let digest):
            try delete(from: "images", where: "digest", is: digest)
            let root = root
            try writing { database throws(StoreError) in try ImageNames.write(database, store: root) }
        case .forget(let table, let column, let value): try delete(from: table, where: column, is: value)
        }
    }

    private func delete(from table: String, where column: String, is value: String) throws(StoreError) {
        try writing { database throws(StoreError) in
            try database.run("DELETE FROM \(table) WHERE \(column) = ?", [.text(value)])
        }
    }

    private func moveAway(_ path: FilePath, to bin: FilePath) throws(StoreError) {
        try storeErrors {
            guard let name = path.lastComponent.flatMap(FileName.init) else { return }
            let directory = try DirectoryHandle(path.removingLastComponent())
            guard try directory.statusIfExists(of: name) != nil else { return }
            try directory.rename(name, to: name, in: try DirectoryHandle(bin))
        }
    }
}
