public import Archive
public import FileSystem
internal import SystemPackage

extension LayerStore {
    /// Writes entries as one canonical archive, which is finished but not the sink.
    ///
    /// - Parameter entries: As for `commit(entries:…)`.
    /// - Throws: As `commit(entries:…)`, and what the sink throws.
    public static func write(_ entries: [LayerEntry], to sink: any ByteSink) throws {
        let writer = TarWriter(to: sink)
        var source = EntrySource()
        for entry in try EntryOrder.canonical(entries, epoch: nil) {
            try Task.checkCancellation()
            try source.write(entry, to: writer, builder: nil)
        }
        try writer.finish()
    }

    /// Writes entries below a directory, over what is there: a directory into a directory, anything else in place of
    /// what has its name.
    ///
    /// - Parameter entries: As for `commit(entries:…)`.
    /// - Throws: As `commit(entries:…)`. What was written until then stays.
    public static func write(_ entries: [LayerEntry], below directory: DirectoryHandle) throws {
        let builder = try TreeBuilder(root: directory)
        // The archive is not wanted here; the one pass over the sources makes both.
        let writer = TarWriter(to: TeeSink(to: nil) { _ in })
        var source = EntrySource()
        for entry in try EntryOrder.canonical(entries, epoch: nil) {
            try Task.checkCancellation()
            try source.write(entry, to: writer, builder: builder)
        }
        try writer.finish()
        _ = try builder.finish()
    }
}
