import BuildGraph
import FileSystem
import FoundationEssentials
import OCI

/// Finds the time that a build takes for now, so that the same inputs give the same bytes.
///
/// The first of these that there is: `SOURCE_DATE_EPOCH`; the time of the last commit, where the context is a git work
/// tree without changes; the latest modification of a file in the context; the latest creation of a base image; 1970.
struct Epoch {
    var time: Timestamp
    /// Whether it was asked for by `SOURCE_DATE_EPOCH`.
    var isExplicit: Bool

    static func find(given: Int64?, context: ContextTree?, graph: BuildGraph) async -> Epoch {
        if let given { return Epoch(time: Timestamp(seconds: given), isExplicit: true) }
        if let time = context?.source.time { return Epoch(time: time, isExplicit: false) }
        if let source = context?.source, !source.isFetched, let tree = GitWorkTree(containing: source.path),
            let commit = await tree.commitTime()
        {
            return Epoch(time: Timestamp(seconds: commit), isExplicit: false)
        }
        if let newest = context?.newestModification {
            return Epoch(time: newest.wholeSeconds, isExplicit: false)
        }
        let created = graph.operations.compactMap { operation -> Int64? in
            guard case .image(_, let image) = operation.kind, let text = image.configuration.created else { return nil }
            return seconds(rfc3339: text)
        }
        return Epoch(time: Timestamp(seconds: created.max() ?? 0), isExplicit: false)
    }

    /// A time of RFC 3339 in seconds since 1970; nil for anything else.
    static func seconds(rfc3339 text: String) -> Int64? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? style.parse(text) else { return nil }
        return Int64(date.timeIntervalSince1970.rounded(.down))
    }

    /// A time as RFC 3339 writes it, in UTC.
    static func rfc3339(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.seconds)).formatted(Date.ISO8601FormatStyle())
    }
}
