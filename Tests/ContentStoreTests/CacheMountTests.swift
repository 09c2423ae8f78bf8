import FileSystem
import OCI
import SystemPackage
import Testing

@testable import ContentStore

struct CacheMountTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func holdsExcludeEachOther() throws {
        let (store, other) = (try scratch.store(), try scratch.store())
        let shared = try #require(try store.holdCacheMount(identity: "a", isExclusive: false))
        #expect(try other.holdCacheMount(identity: "a", isExclusive: false) != nil)
        #expect(try other.holdCacheMount(identity: "a", isExclusive: true) == nil)
        #expect(try other.holdCacheMount(identity: "a", number: 1, isExclusive: true) != nil)
        #expect(try other.holdCacheMount(identity: "b", isExclusive: true) != nil)
        #expect(try ContentStore.isCacheMountHeld(shared.directory, in: store.root))
        withExtendedLifetime(shared) {}
    }

    @Test func whatIsHeldIsNotRemoved() throws {
        let store = try scratch.store()
        var hold = try store.holdCacheMount(identity: "a", isExclusive: false)
        let path = try #require(hold?.path)
        let directory = try #require(hold?.directory)
        try run(["mkdir", path.string])
        try store.recordUse(of: try #require(hold), id: "a", target: "/a")
        #expect(try !store.discardCacheMount(directory, to: scratch.file("gone")))
        #expect(try store.cacheMounts().map(\.id) == ["a"])
        hold = nil
        #expect(try !ContentStore.isCacheMountHeld(directory, in: store.root))
        #expect(try store.discardCacheMount(directory, to: scratch.file("gone")))
        #expect(try names(scratch.file("store/mounts")).isEmpty)
        #expect(try store.cacheMounts().isEmpty)
        #expect(try !store.discardCacheMount(directory, to: scratch.file("gone-again")))
    }

    @Test func usesAreCounted() throws {
        let store = try scratch.store()
        let hold = try #require(try store.holdCacheMount(identity: "a", isExclusive: true))
        for target in ["/a", "/b"] { try store.recordUse(of: hold, id: "a", target: target) }
        let record = try #require(try store.cacheMounts().first)
        #expect(record.uses == 2 && record.target == "/b" && record.created <= record.lastUsed && !record.isImported)
    }

    @Test func whatWasImportedGoesToTheFirstWhoAsks() throws {
        let store = try scratch.store()
        var imported = try store.holdCacheMount(identity: "import", isExclusive: true)
        try run(["mkdir", scratch.file("new").string])
        try write("content", scratch.file("new/file"))
        try store.exchange(scratch.file("new"), with: try #require(imported))
        try store.recordImport(of: try #require(imported), id: "a", isUnclaimed: true)
        let wanted = try #require(try store.holdCacheMount(identity: "a with owner", isExclusive: true))
        // While it is still being imported nobody gets it.
        #expect(try !store.claimImportedCacheMount(id: "a", for: wanted))
        imported = nil
        let free = try scratch.store()
        #expect(try !free.claimImportedCacheMount(id: "b", for: wanted))
        #expect(try free.claimImportedCacheMount(id: "a", for: wanted))
        #expect(try read(wanted.path.appending("file")) == Array("content".utf8))
        #expect(try free.cacheMounts().isEmpty)
        try free.recordUse(of: wanted, id: "a", target: "/a")
        #expect(try free.cacheMounts().map(\.isImported) == [false])
    }
}
