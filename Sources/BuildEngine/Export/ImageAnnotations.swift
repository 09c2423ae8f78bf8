public import OCI

/// `--annotation`: free-form notes in the documents of an image, by the document they go into.
///
/// OCI image specification, annotations.md; the kinds are those of BuildKit's exporters.
public struct ImageAnnotations: Sendable, Hashable {
    /// The document that a note goes into.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        /// The manifest for a platform.
        case manifest
        /// The entry in the index that stands for the manifest.
        case manifestDescriptor = "manifest-descriptor"
        /// The index of an image with several manifests.
        case index
        /// The entry in the `index.json` of a layout that stands for the index.
        case indexDescriptor = "index-descriptor"

        /// Whether it is about an index, which an image with one manifest has not.
        var needsIndex: Bool { self == .index || self == .indexDescriptor }
    }

    /// One note.
    public struct Note: Sendable, Hashable {
        /// Where it goes.
        public var place: Place
        /// Which platform's manifest it is for; nil for all.
        public var platform: Platform?
        /// Its name, such as `org.opencontainers.image.title`.
        public var key: String
        /// Its text.
        public var value: String

        /// A note of the given parts.
        public init(place: Place, platform: Platform? = nil, key: String, value: String) {
            self.place = place
            self.platform = platform
            self.key = key
            self.value = value
        }
    }

    /// In the order given; of equal ones the last counts, and those for a platform win over those for all.
    public var notes: [Note]

    /// The notes in the order given.
    public init(_ notes: [Note] = []) { self.notes = notes }

    /// What goes into the documents of the image for a platform, or, without one, into those of the index.
    func values(in place: Place, for platform: Platform? = nil) -> [String: String] {
        var values: [String: String] = [:]
        for note in notes where note.place == place && (note.platform == nil || place.needsIndex) {
            values[note.key] = note.value
        }
        guard let platform, !place.needsIndex else { return values }
        for note in notes where note.place == place && note.platform == platform { values[note.key] = note.value }
        return values
    }

    /// Throws ``BuildError`` for notes that have no place in what is going to be made.
    func check(platforms: [Platform], hasIndex: Bool) throws {
        if let platform = notes.lazy.compactMap(\.platform).first(where: { !platforms.contains($0) }) {
            throw BuildError(
                .invalidOption, "invalid annotation: no platform \(platform) is built",
                help: "the platforms are \(platforms.map(\.description).joined(separator: ", "))")
        }
        if !hasIndex, let note = notes.first(where: { $0.place.needsIndex }) {
            throw BuildError(
                .invalidOption, "index annotations not supported for single platform export: \(note.key)",
                help: "annotate the manifest, or build for several platforms or with an attestation")
        }
    }
}
