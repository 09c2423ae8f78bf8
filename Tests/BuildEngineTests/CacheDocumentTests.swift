import BuildGraph
import ContentStore
import OCI
import Testing

@testable import BuildEngine

/// What caches say, and what becomes of those that lie.
@Suite struct CacheDocumentTests {
    private static func digest(_ text: String) -> Digest { .sha256(of: text) }

    private static func entry(_ name: String, _ own: [String], content: Bool = true) -> CacheEntry {
        CacheEntry(
            definition: digest("definition \(name)"), content: content ? digest("content \(name)") : nil,
            own: own.map(digest), epoch: 1_700_000_000, step: "RUN \(name)")
    }

    /// Two stages on one base; a layer that two steps share; a step that is there twice, as of two platforms.
    private static let entries = [
        entry("one", ["a"]), entry("two", ["a", "b"]), entry("three", ["a", "b", "c"], content: false),
        entry("other", ["c"]), entry("two", ["a", "b"]),
    ]

    @Test func recordsSurvive() throws {
        let (document, blobs) = CacheDocument.make(of: Self.entries)
        #expect(blobs == ["a", "b", "c"].map(Self.digest))
        #expect(document.records.count == 4)
        // The layer c is on two others in one place and on none in the other: two layers, one blob.
        #expect(document.layers.map(\.blob) == [0, 1, 2, 2])
        let read = try CacheDocument(parsing: document.encoded(blobs: blobs), blobCount: blobs.count)
        #expect(read == document)
        for (entry, record) in zip(Self.entries, read.records) {
            let chain = try #require(read.chain(of: record, count: entry.own.count))
            #expect(chain.map(\.diffID) == entry.own)
            #expect(record.definition == entry.definition && record.content == entry.content)
        }
        #expect(CacheDocument.make(of: Self.entries).document.encoded(blobs: blobs) == document.encoded(blobs: blobs))
    }

    /// A record of more or fewer layers than the step makes is not used, whatever its keys.
    @Test func onlyStacksOfTheRightHeightAreUsed() throws {
        let (document, diffIDs) = CacheDocument.make(of: Self.entries)
        let blobs = diffIDs.map { Descriptor(mediaType: .ociLayerGzip, digest: $0, size: 1) }
        let cache = ImportedCache(name: "x", document: document, blobs: blobs) { _ in }
        func find(_ key: String, _ count: Int) -> [Digest]? {
            cache.find(Self.digest(key), fitting: StackShape(base: [], ownCount: count))?.layers.map(\.diffID)
        }
        #expect(find("definition two", 2) == ["a", "b"].map(Self.digest))
        #expect(find("content two", 2) == ["a", "b"].map(Self.digest))
        for count in [0, 1, 3, 1_000_000] { #expect(find("definition two", count) == nil) }
        #expect(find("content three", 3) == nil)
        #expect(find("definition none", 1) == nil)
    }

    @Test func shapes() {
        let shape = StackShape(base: [Self.digest("base")], ownCount: 1)
        #expect(shape.own(of: ["base", "a"].map(Self.digest)) == [Self.digest("a")])
        for wrong in [[], ["base"], ["a"], ["other", "a"], ["base", "a", "b"], ["a", "base"]] {
            #expect(shape.own(of: wrong.map(Self.digest)) == nil)
        }
    }

    private static let a = "\"sha256:\(String(repeating: "a", count: 64))\""

    @Test(arguments: [
        ("", "cannot be read"), ("{", "cannot be read"), ("[]", "\"version\""), ("{}", "\"version\""),
        (#"{"version":2,"layers":[],"records":[]}"#, "version 2"),
        (#"{"version":"1","layers":[],"records":[]}"#, "\"version\""),
        (#"{"version":1,"layers":{},"records":[]}"#, "\"layers\""), (#"{"version":1,"layers":[]}"#, "\"records\""),
        (#"{"version":1,"layers":[7],"records":[]}"#, "\"diffID\""),
        (#"{"version":1,"layers":[{"diffID":"sha256:x","blob":0}],"records":[]}"#, "\"diffID\""),
        (#"{"version":1,"layers":[{"diffID":A}],"records":[]}"#, "\"blob\""),
        (#"{"version":1,"layers":[{"diffID":A,"blob":2}],"records":[]}"#, "\"blob\""),
        (#"{"version":1,"layers":[{"diffID":A,"blob":-1}],"records":[]}"#, "\"blob\""),
        (#"{"version":1,"layers":[{"diffID":A,"blob":9223372036854775807}],"records":[]}"#, "\"blob\""),
        (#"{"version":1,"layers":[{"diffID":A,"blob":0,"parent":0}],"records":[]}"#, "\"parent\""),
        (
            #"{"version":1,"layers":[{"diffID":A,"blob":0,"parent":1},{"diffID":A,"blob":0,"parent":0}],"records":[]}"#,
            "\"parent\""
        ),
        (#"{"version":1,"layers":[{"diffID":A,"blob":0,"parent":null}],"records":[]}"#, "\"parent\""),
        (#"{"version":1,"layers":[],"records":[{"definition":A,"layer":0,"epoch":1,"step":""}]}"#, "\"layer\""),
        (
            #"{"version":1,"layers":[{"diffID":A,"blob":0}],"records":[{"layer":0,"epoch":1,"step":""}]}"#,
            "\"definition\""
        ),
        (
            #"{"version":1,"layers":[{"diffID":A,"blob":0}],"records":[{"definition":A,"layer":0,"step":""}]}"#,
            "\"epoch\""
        ),
        (
            #"{"version":1,"layers":[{"diffID":A,"blob":0}],"records":[{"definition":A,"layer":0,"epoch":1.5,"step":""}]}"#,
            "\"epoch\""
        ),
        (
            #"{"version":1,"layers":[{"diffID":A,"blob":0}],"records":[{"definition":A,"layer":0,"epoch":1,"step":1}]}"#,
            "\"step\""
        ),
        (
            #"{"version":1,"layers":[{"diffID":A,"blob":0}],"#
                + #""records":[{"definition":A,"content":1,"layer":0,"epoch":1,"step":""}]}"#,
            "\"content\""
        ),
    ])
    func hostileDocuments(text: String, reason: String) throws {
        let bytes = Array(#"{"slipway":\#(text.replacing("A", with: Self.a))}"#.utf8)
        let error = try #require(throws: StoreError.self) { try CacheDocument(parsing: bytes, blobCount: 2) }
        #expect(error.code == .invalidDocument)
        #expect(error.message.contains(reason), "\(error)")
    }

    @Test(arguments: [
        (#"{}"#, "\"version\""), (#"{"version":3,"base":0,"records":[]}"#, "version 3"),
        (#"{"version":1,"records":[]}"#, "\"base\""), (#"{"version":1,"base":4,"records":[]}"#, "\"base\""),
        (#"{"version":1,"base":-1,"records":[]}"#, "\"base\""), (#"{"version":1,"base":1}"#, "\"records\""),
        (#"{"version":1,"base":1,"records":[{"definition":A,"layers":1,"epoch":1}]}"#, "\"layers\""),
        (#"{"version":1,"base":1,"records":[{"definition":A,"layers":4,"epoch":1}]}"#, "\"layers\""),
        (#"{"version":1,"base":1,"records":[{"definition":A,"layers":2}]}"#, "\"epoch\""),
        (#"{"version":1,"base":1,"records":[{"definition":"A","layers":2,"epoch":1}]}"#, "\"definition\""),
    ])
    func hostileInlineCaches(text: String, reason: String) throws {
        let json = try JSONValue(
            parsing: Array(text.replacing("\"A\"", with: "\"x\"").replacing("A", with: Self.a).utf8))
        let diffIDs = ["base", "a", "b"].map(Self.digest)
        let error = try #require(throws: StoreError.self) { try InlineCache.document(json, diffIDs: diffIDs) }
        #expect(error.message.contains(reason), "\(error)")
    }

    @Test func inlineCachesSurvive() throws {
        let entries = [Self.entry("one", ["a"]), Self.entry("two", ["a", "b"], content: false)]
        let diffIDs = ["base", "a", "b"].map(Self.digest)
        let document = try InlineCache.document(InlineCache.json(entries, base: 1), diffIDs: diffIDs)
        for (entry, record) in zip(entries, document.records) {
            #expect(document.chain(of: record, count: entry.own.count)?.map(\.diffID) == entry.own)
            #expect(record.definition == entry.definition && record.content == entry.content)
        }
        #expect(document.layers.map(\.blob) == [1, 2])
    }

    /// Whatever single byte of a document is changed, it is either refused or still tells of stacks that end.
    @Test func everyChangedByte() throws {
        let (original, blobs) = CacheDocument.make(of: Self.entries)
        let bytes = original.encoded(blobs: blobs)
        var accepted = 0
        for position in bytes.indices {
            for replacement in [UInt8(ascii: "9"), UInt8(ascii: "}"), 0xff] {
                var changed = bytes
                changed[position] = replacement
                guard let document = try? CacheDocument(parsing: changed, blobCount: blobs.count) else { continue }
                accepted += 1
                for record in document.records {
                    for count in 0...document.layers.count {
                        let chain = document.chain(of: record, count: count)
                        #expect(chain == nil || chain?.count == count)
                    }
                }
                #expect(document.layers.allSatisfy { blobs.indices.contains($0.blob) })
            }
            #expect(throws: StoreError.self) {
                try CacheDocument(parsing: Array(bytes[..<position]), blobCount: blobs.count)
            }
        }
        // Digits of digests and of the epoch are anybody's guess; all else has its meaning.
        #expect(accepted > 0)
    }
}
