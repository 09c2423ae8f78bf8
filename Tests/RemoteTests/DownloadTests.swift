import Testing

@testable import Remote

@Suite struct WebRecordTests {
    @Test func hasOneKeyForEachChecksum() {
        #expect(WebRecord.key("http://h/a", checksum: nil) != WebRecord.key("http://h/b", checksum: nil))
    }
}
